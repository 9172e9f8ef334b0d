/** Ports at which browsers and fetch refuse to call a web server. Pure. */
import { StartError } from './errors.js';
import type { Place } from './plan.js';

/**
 * The blocked ports above 1,023.
 * @see https://fetch.spec.whatwg.org/#port-blocking
 */
const BLOCKED: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 10080,
]);

/** Places that no browser and no `fetch` calls. */
const OTHER_PROTOCOLS: ReadonlySet<string> = new Set([
  'postgres',
  'redis',
  'sentinel',
  'route',
  'zookeeper',
]);

const OFFSET_STEP = 100;

const findBlocked = (places: readonly Place[], offset: number): Place | undefined =>
  places.find(
    ({ kind, fixedPort }) => !OTHER_PROTOCOLS.has(kind) && BLOCKED.has(fixedPort + offset),
  );

/**
 * @throws StartError with the first web server that browsers would not call, and an offset without
 *   such a port.
 */
export function checkBlockedPorts(places: readonly Place[], offset: number): void {
  const blocked = findBlocked(places, offset);
  if (!blocked) return;
  let next = offset + OFFSET_STEP;
  while (findBlocked(places, next)) next += OFFSET_STEP;
  throw new StartError(
    `Browsers and fetch refuse port ${blocked.fixedPort + offset}, which ${blocked.name} needs; start with RELEVO_PORT_OFFSET=${next} instead.`,
  );
}
