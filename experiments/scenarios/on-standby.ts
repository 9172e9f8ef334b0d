/**
 * Runs a system on the storage of `npm start -- --standby`: the database cluster (Patroni, three
 * PostgreSQL, three etcd) and the Redis group (three servers, three Sentinels). Payments wait while
 * another server becomes the primary, so that the shortest deadline is longer than a failover.
 */
import type { Shape } from '../../local/plan.js';
import { adviceOnStandby, hasStandby } from '../../local/setup/standby.mjs';
import { MissingProgramError } from '../balancer/missing-program.js';

export const STANDBY_OPTION = {
  flag: true,
  doc: 'on the database cluster and the Redis group, whose primaries fail too; needs patroni, etcd-server, python3-etcd, python3-psycopg2 and postgresql',
} as const;

/** As long as the services wait for a primary, ms. */
const SHORTEST_DEADLINE_MS = 30_000;
/** Longest wait for all parts of the storage to work, ms. */
export const WHOLE_MS = 90_000;

/** The report counts the payments that succeeded within these times, ms. */
export const LIMITS_MS: readonly number[] = [1_000, 5_000];

type Storage = Pick<Shape, 'record' | 'queue'>;

/** The storage of the system. @throws MissingProgramError, before anything has started. */
export function chooseStorage(standby: boolean): Storage {
  if (!standby) return {};
  if (!hasStandby()) throw new MissingProgramError(adviceOnStandby());
  return { record: 'cluster', queue: 'group' };
}

/** The deadline of a payment, ms. */
export const chooseDeadline = (standby: boolean, deadlineMs: number): number =>
  standby ? Math.max(SHORTEST_DEADLINE_MS, deadlineMs) : deadlineMs;
