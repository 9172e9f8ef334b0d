/**
 * The permissions: one row for each route of each service, as data, in `rows/`. The test reads the
 * routes from the running apps and fails for a route without a row and for a row without a route.
 * docs/security.md shows this table. Every caller sends the request of each row.
 */
import { GATEWAY } from './rows/gateway.js';
import { DEVICE, MEASUREMENTS } from './rows/measurements.js';
import { MONITOR } from './rows/monitor.js';
import { PATIENTS } from './rows/patients.js';
import { PAYMENTS } from './rows/payments.js';
import type { Entrance } from './surface.js';
import type { Row, ServiceName } from './vocabulary.js';

const FRAME: readonly Entrance[] = [
  'USE * <anonymous>',
  'USE * readJson',
  'USE * measure',
  'USE * standingHeaders',
];

export const TABLE: Readonly<Record<ServiceName, readonly Row[]>> = {
  patients: PATIENTS,
  monitor: MONITOR,
  payments: PAYMENTS,
  gateway: GATEWAY,
  measurements: MEASUREMENTS,
  device: DEVICE,
};

/** Third-party pages that need a looser policy, each on its own paths. */
export const LOOSER_PAGES: readonly string[] = ['/docs'];

/**
 * Handlers before or after every route, by the names of their functions: each of them answers only
 * with refusals, or, as the compression of pages, not at all.
 */
export const AROUND: Readonly<Record<ServiceName, readonly Entrance[]>> = {
  patients: FRAME,
  monitor: [
    ...FRAME,
    'USE * askToSignIn',
    'USE * compression',
    'USE * showMissing',
    'USE * urlencodedParser',
  ],
  payments: FRAME,
  gateway: FRAME,
  measurements: FRAME,
  device: FRAME,
};
