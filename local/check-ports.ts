/** Checks before a start that each fixed port is free, and that browsers call it. */
import { waitUntil } from '../shared/wait-until.js';
import { checkBlockedPorts } from './blocked-ports.js';
import { StartError } from './errors.js';
import type { Place } from './plan.js';
import { findPortOwner, isPortFree } from './processes/ports.js';

export interface PortPatience {
  /** For all ports together: the processes of a killed start may need a moment to end. */
  patienceMs: number;
  /** Called once with the first port that is not free, before the wait. */
  onWait: (text: string) => void;
}

const describeTaken = (port: number, name: string, owner: string | null): string =>
  `Port ${port}, which ${name} needs, is taken${owner ? ` by ${owner}` : ''}`;

/** The command that ends the owner, or that finds it. */
function describeEnd(port: number, owner: string | null): string {
  const pid = /\(pid (\d+)\)$/.exec(owner ?? '')?.[1];
  if (pid) return `end that program (kill ${pid})`;
  return `find that program (as root: lsof -i :${port}) and end it`;
}

/**
 * @throws StartError for a port that browsers refuse; for a taken port with the process that needs
 *   it, where known the program that has it, and the remedy.
 */
export async function checkPorts(
  places: readonly Place[],
  offset: number,
  { patienceMs = 0, onWait = () => undefined }: Partial<PortPatience> = {},
): Promise<void> {
  checkBlockedPorts(places, offset);
  const deadline = performance.now() + patienceMs;
  let isWaiting = patienceMs === 0;
  for (const { name, fixedPort } of places) {
    const port = fixedPort + offset;
    const isFree = async (): Promise<boolean> => {
      const free = await isPortFree(port);
      if (free || isWaiting) return free;
      isWaiting = true;
      const taken = describeTaken(port, name, findPortOwner(port));
      onWait(`${taken}; waiting up to ${patienceMs / 1_000} s for the end of the killed start …`);
      return false;
    };
    await waitUntil(isFree, {
      deadlineMs: deadline - performance.now(),
      pollMs: 50,
      toError: () => {
        const owner = findPortOwner(port);
        return new StartError(
          `${describeTaken(port, name, owner)}; ${describeEnd(port, owner)}, or start with RELEVO_PORT_OFFSET=${offset + 100} to move every port.`,
        );
      },
    });
  }
}
