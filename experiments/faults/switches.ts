/** Sets the fault switches of a running service (`POST /faults`, available with FAULTS=on only). */
import type { ManagedProcess } from '../../local/processes/processes.js';
import type { Tokens } from '../../shared/http/auth.js';

const ANSWER_MS = 5_000;

/**
 * Sets the switches of one service; an omitted switch is reset. @throws Error when the service
 * refuses.
 */
export async function switchFaults(
  { name, url }: ManagedProcess,
  { internal }: Tokens,
  switches: object,
): Promise<void> {
  const answer = await fetch(`${url}/faults`, {
    method: 'POST',
    headers: { 'authorization': `Bearer ${internal}`, 'content-type': 'application/json' },
    body: JSON.stringify(switches),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (!answer.ok)
    throw new Error(`${name} does not accept faults: HTTP ${answer.status} ${await answer.text()}`);
}
