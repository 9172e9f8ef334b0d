/** Checks before a start with fixed ports that each of them is free. */
import { waitUntil } from '../shared/wait-until.js';
import { StartError } from './errors.js';
import type { Place } from './plan.js';
import { findPortOwner, isPortFree } from './processes/ports.js';

/**
 * @throws StartError with the port, the process that needs it and, where known, the program that
 *   has it.
 */
export async function checkPorts(
  places: readonly Place[],
  offset: number,
  patienceMs: number,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (const { name, fixedPort } of places) {
    const port = fixedPort + offset;
    await waitUntil(() => isPortFree(port), {
      deadlineMs: deadline - performance.now(),
      pollMs: 50,
      toError: () => {
        const owner = findPortOwner(port);
        return new StartError(
          `Port ${port}, which ${name} needs, is taken${owner ? ` by ${owner}` : ''}; end that program, or start with RELEVO_PORT_OFFSET=${offset + 100} to move every port.`,
        );
      },
    });
  }
}
