/** A RELEVO_PORT_OFFSET for a system with fixed ports beside others: none of its ports is, or will be, anybody else's. */
import { randomInt } from 'node:crypto';
import { claimPort } from '../../local/ports.js';

/** What one monitor, three replicas, one instance of the API and the engines listen on. */
export const PORTS = [4000, 5000, 5001, 5002, 5003, 5454, 6390];
/** So moved, they lie below the range from which free ports are drawn one by one, and below the kernel's. */
const LOWEST = 5_000;
const HIGHEST = 11_600;

export async function freeOffset(): Promise<number> {
  for (;;) {
    const offset = randomInt(LOWEST, HIGHEST + 1);
    const claimed = await Promise.all(PORTS.map((port) => claimPort(port + offset)));
    if (claimed.every(Boolean)) return offset;
  }
}
