/**
 * Checks the ports that a start needs: free, or used by which program. A running system uses them
 * itself.
 */
import { startHint } from '../../local/command-hint.js';
import { ownEnginePlaces, servicePlaces, type Place } from '../../local/plan.js';
import { isPortFree, findPortOwner } from '../../local/processes/ports.js';
import { ok, problem, type Check, type Finding, type Surroundings } from './finding.js';

export interface TakenPort {
  port: number;
  /** The process that needs it. */
  needs: string;
  /** `nginx (pid 812)`; null: unknown. */
  owner: string | null;
}

/** The shape of `npm start` without options. */
const SHAPE = {
  monitors: 1,
  replicas: 3,
  patients: 1,
  gateway: 'simulated',
  record: 'single',
} as const;
const STEP = 100;
const STEPS = 40;

/**
 * @param freeOffset an offset at which every port is free; null: none found. @param env its
 *   RELEVO_DATA becomes part of the fix.
 */
export function judgePorts(
  needed: number,
  taken: readonly TakenPort[],
  freeOffset: number | null,
  env: NodeJS.ProcessEnv,
): Finding[] {
  if (taken.length === 0) return [ok('ports', `${needed} are free`)];
  return taken.map(({ port, needs, owner }) => {
    const pid = /\(pid (\d+)\)$/.exec(owner ?? '')?.[1];
    const says = `${needs} needs it, and ${owner ?? 'an unknown program'} has it.`;
    const move =
      freeOffset === null
        ? null
        : startHint('npm start', { ...env, RELEVO_PORT_OFFSET: String(freeOffset) });
    return problem(
      `port ${port}`,
      says,
      [move, pid ? `kill ${pid}` : null].filter(Boolean).join('   or: ') || `lsof -i :${port}`,
    );
  });
}

async function firstFreeOffset(places: readonly Place[], from: number): Promise<number | null> {
  for (let step = 1; step <= STEPS; step += 1) {
    const offset = from + step * STEP;
    const free = await Promise.all(places.map(({ fixedPort }) => isPortFree(fixedPort + offset)));
    if (free.every(Boolean)) return offset;
  }
  return null;
}

const getNeededPlaces = ({ config }: Surroundings): Place[] => [
  ...ownEnginePlaces(SHAPE, config),
  ...servicePlaces(SHAPE),
];

export const portsCheck: Check = {
  name: 'ports',
  async look(around) {
    const { config, env, running } = around;
    if (running) return [ok('ports', 'in use by the running system')];
    const places = getNeededPlaces(around);
    const looked = await Promise.all(
      places.map(async ({ name, fixedPort }) => {
        const port = fixedPort + config.portOffset;
        return (await isPortFree(port)) ? [] : [{ port, needs: name, owner: findPortOwner(port) }];
      }),
    );
    const taken = looked.flat();
    return judgePorts(
      places.length,
      taken,
      taken.length === 0 ? null : await firstFreeOffset(places, config.portOffset),
      env,
    );
  },
};
