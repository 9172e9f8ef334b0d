/**
 * A RELEVO_PORT_OFFSET for a system with fixed ports: none of its ports is, or will be, in use by
 * another system.
 */
import { randomInt } from 'node:crypto';
import { claimPort } from '../../local/processes/ports.js';

/** The ports of one monitor, three replicas, three instances behind a balancer and the engines. */
export const PORTS = [4000, 4001, 4002, 4003, 4090, 5000, 5001, 5002, 5003, 5454, 6390];
/**
 * With these offsets the ports lie below the range of single free ports, and below the kernel's
 * range.
 */
const LOWEST = 5_000;
const HIGHEST = 11_600;

export async function freeOffset(): Promise<number> {
  for (;;) {
    const offset = randomInt(LOWEST, HIGHEST + 1);
    const claimed = await Promise.all(PORTS.map((port) => claimPort(port + offset)));
    if (claimed.every(Boolean)) return offset;
  }
}
