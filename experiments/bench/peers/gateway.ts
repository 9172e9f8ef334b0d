/**
 * The gateway of all peers: in the worker's own process, as Relevo's simulated one; a call is a
 * wait.
 */
import { sleep } from '../../../shared/clock.js';

/** One payment's call. @param latencyMs 0: returns at once. */
export async function simulateCharge(latencyMs: number): Promise<void> {
  if (latencyMs > 0) await sleep(latencyMs);
}
