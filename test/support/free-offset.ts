/**
 * A RELEVO_PORT_OFFSET for a system with fixed ports: none of its ports is, or will be, in use by
 * another system.
 */
import { randomInt } from 'node:crypto';
import { balancerPlaces, enginePlaces, servicePlaces, type Shape } from '../../local/plan.js';
import { claimPort } from '../../local/processes/ports.js';

/** The largest system that a test starts on fixed ports. */
const LARGEST: Shape = {
  monitors: 3,
  replicas: 3,
  patients: 3,
  gateway: 'http',
  balancer: 'haproxy',
  measurements: true,
};
/** A single server and the group of the same engine have different ports, and a move uses both. */
const PLACES = [
  ...enginePlaces({ record: 'single', queue: 'single' }),
  ...enginePlaces({ record: 'cluster', route: 'haproxy', queue: 'group', measurements: true }),
  ...balancerPlaces(LARGEST),
  ...servicePlaces(LARGEST),
];

/** The ports of that system, without an offset. */
export const PORTS: readonly number[] = PLACES.map(({ fixedPort }) => fixedPort);
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
