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

const ATTEMPTS = 20_000;

/** Reserves all of these ports, or none. @returns whether it did. */
export async function claimAll(ports: readonly number[]): Promise<boolean> {
  const releases: (() => void)[] = [];
  for (const port of ports) {
    const release = await claimPort(port);
    if (release === null) {
      releases.forEach((each) => each());
      return false;
    }
    releases.push(release);
  }
  return true;
}

/** @throws Error when no offset is free: too many systems run on this machine. */
export async function freeOffset(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const offset = randomInt(LOWEST, HIGHEST + 1);
    if (await claimAll(PORTS.map((port) => port + offset))) return offset;
  }
  throw new Error(`no offset from ${LOWEST} to ${HIGHEST} leaves ${PORTS.length} ports free`);
}
