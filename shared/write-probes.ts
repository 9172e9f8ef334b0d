/**
 * Checks whether PostgreSQL and Redis accept writes. A server that only answers reads is of no use
 * here: a standby, a read-only database, a Redis with full memory or disk. The probe is a write
 * that changes no data in use. A successful probe does not prove that every write succeeds:
 * PostgreSQL writes no row for it, so a full disk shows at the first payment.
 */
import type { Redis } from 'ioredis';
import { waitAtMost } from './deadline.js';
import type { Queryable } from './postgres/postgres.js';

/**
 * A read-only server or transaction refuses it. It matches no row, so it waits for no row lock and
 * fires no row trigger.
 */
export const WRITE_PROBE = 'UPDATE leadership SET term = term WHERE false';

/** The key expires after this time. */
const KEY_MS = 10_000;

/** Whether `call` succeeds within `ms`. A result of `false` is a failure too. */
export const succeedsWithin = (ms: number, call: Promise<unknown>): Promise<boolean> =>
  waitAtMost(ms, call).then(
    (result) => result !== false,
    () => false,
  );

export const postgresTakesWrites = (pool: Queryable, ms: number): Promise<boolean> =>
  succeedsWithin(ms, pool.query(WRITE_PROBE));

/** A commit that waits for this long for its synchronous standby shows that none is there. */
const STANDBY_WAIT_MS = 300;

/** Every role sees the sessions of its own. */
const WAITING_COMMITS = `
SELECT FROM pg_stat_activity
 WHERE wait_event = 'SyncRep' AND datname = current_database()
   AND query_start < clock_timestamp() - interval '${STANDBY_WAIT_MS} milliseconds' LIMIT 1`;

/**
 * Whether commits wait for a synchronous standby: after a failover, until another node follows the
 * new primary. PostgreSQL accepts the write probe meanwhile.
 */
export const commitsWaitForStandby = (pool: Queryable, ms: number): Promise<boolean> =>
  succeedsWithin(
    ms,
    pool.query(WAITING_COMMITS).then(({ rowCount }) => rowCount !== 0),
  );

/** Writes a key that expires. @throws Error when Redis is unavailable or refuses writes. */
export const writeProbeKey = (
  redis: Pick<Redis, 'set'>,
  prefix: string,
  id: string,
): Promise<unknown> => redis.set(`${prefix}:probe:${id}`, '1', 'PX', KEY_MS);

/** @param id owner of the key: two probing processes do not share one. */
export const redisTakesWrites = (
  redis: Pick<Redis, 'set'>,
  { prefix, id, ms }: { prefix: string; id: string; ms: number },
): Promise<boolean> => succeedsWithin(ms, writeProbeKey(redis, prefix, id));
