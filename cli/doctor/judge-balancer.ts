/** Judges the facts about the load balancer. Pure. */
import { BALANCER_PROGRAMS } from '../../local/setup/programs.mjs';
import type { MemberState } from '../../shared/balancer/control.js';
import type { BalancerName } from '../../shared/balancer/pool.js';
import type { StatusSummary } from '../../shared/contracts/status.js';
import { installCommand, ok, problem, warning, type Finding } from './finding.js';

export interface InstalledBalancer {
  name: BalancerName;
  /** Null: not installed. */
  program: string | null;
  /** Null: unknown. */
  version: string | null;
}

/** @param running the balancer that runs now; null: none. */
export function judgeBalancerPrograms(
  installed: readonly InstalledBalancer[],
  running: BalancerName | null,
): Finding[] {
  const found = installed.filter(({ program }) => program !== null);
  const lost = installed.find(({ name, program }) => name === running && program === null);
  if (lost) {
    const { label, names, packageName } = BALANCER_PROGRAMS[lost.name];
    const says = `${label} runs, but its program is gone; it could not start again.`;
    return [problem(lost.name, says, installCommand(packageName, names.at(-1) ?? packageName))];
  }
  if (found.length === 0) {
    const says = 'No load balancer is installed; only --balancer needs one.';
    return [warning('balancers', says, installCommand('haproxy', 'haproxy'))];
  }
  const names = found.map(({ name, version }) =>
    `${BALANCER_PROGRAMS[name].label} ${version ?? ''}`.trim(),
  );
  return [ok('balancers', `installed: ${names.join(', ')}`)];
}

export interface BalancerPort {
  port: number;
  /** `haproxy (pid 812)`; null: no listener, or unknown. */
  owner: string | null;
  state: 'ours' | 'free' | 'taken';
}

export function judgeBalancerPorts(ports: readonly BalancerPort[], restart: string): Finding[] {
  const bad = ports.filter(({ state }) => state !== 'ours');
  if (bad.length === 0)
    return [ok('balancer', `listens on ${ports.map(({ port }) => port).join(' and ')}`)];
  return bad.map(({ port, owner, state }) => {
    const pid = /\(pid (\d+)\)$/.exec(owner ?? '')?.[1];
    return state === 'free'
      ? problem(
          `port ${port}`,
          'The load balancer does not listen on it; npm start starts it again when it ends.',
          restart,
        )
      : problem(
          `port ${port}`,
          `The load balancer needs it, and ${owner ?? 'an unknown program'} has it.`,
          pid ? `kill ${pid}` : `lsof -i :${port}`,
        );
  });
}

type Patients = StatusSummary['patients'];

/** The differences between the views of one instance. */
function compareViews(
  { name, admin, observed }: MemberState,
  seen: Patients[number] | undefined,
): Finding[] {
  const look = 'npx relevo status';
  if (!seen) return [warning(name, 'The monitors do not know it.', look)];
  const recorded = seen.admin ?? admin;
  const isAlive = seen.observed === 'alive';
  const differs =
    (observed === 'down' && isAlive) ||
    (observed === 'up' && !isAlive && seen.observed !== undefined);
  return [
    ...(recorded === admin
      ? []
      : [
          warning(
            name,
            `${recorded} is recorded, and the balancer has ${admin}; the monitors set it within seconds.`,
            look,
          ),
        ]),
    ...(differs
      ? [
          warning(
            name,
            `${observed} for the load balancer, ${seen.observed ?? 'unknown'} for the monitors.`,
            look,
          ),
        ]
      : []),
  ];
}

/**
 * @param states null: the control does not answer. @param patients the view of the monitors; null:
 *   none answers. @param restart the command that ends it, so that it is started again.
 */
export function judgeBalancerInstances(
  states: readonly MemberState[] | null,
  patients: Patients | null,
  restart: string,
): Finding[] {
  if (states === null) {
    const says =
      'The control of the load balancer does not answer; npm start starts it again when it ends.';
    return [problem('balancer', says, restart)];
  }
  const serving = states.filter(({ admin, observed }) => admin === 'ready' && observed !== 'down');
  const down = states.filter(({ observed }) => observed === 'down').map(({ name }) => name);
  const differences =
    patients === null
      ? []
      : states.flatMap((state) =>
          compareViews(
            state,
            patients.find(({ id }) => id === state.name),
          ),
        );
  const summary = `${serving.length} of ${states.length} receive new clients`;
  return [
    serving.length > 0
      ? ok('instances', summary)
      : problem('instances', `None of ${states.length} receives new clients.`, 'npx relevo status'),
    ...(down.length > 0 && differences.length === 0
      ? [
          warning(
            'instances',
            `${down.join(', ')}: down for the load balancer.`,
            'npx relevo status',
          ),
        ]
      : []),
    ...differences,
  ];
}
