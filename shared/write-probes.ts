/**
 * Whether PostgreSQL and Redis take writes now. A server that only answers reads is of no use here: a standby, a read-only database, a
 * Redis whose memory or disk is full. So each is asked for a write, one that changes nothing anybody reads.
 * It does not show that every write succeeds: PostgreSQL writes no row for it, so a full disk is noticed at the first payment.
 */
import type { Redis } from 'ioredis';
import { waitAtMost } from './deadline.js';
import type { Queryable } from './postgres.js';

/** A server or transaction that is read-only refuses it. It finds no row: it waits for no lock of a row and fires no trigger. */
export const WRITE_PROBE = 'UPDATE leadership SET term = term WHERE false';

/** The key disappears by itself. */
const KEY_MS = 10_000;

/** Whether `call` succeeds within `ms`. `false` as its result is a failure too. */
export const succeedsWithin = (ms: number, call: Promise<unknown>): Promise<boolean> =>
  waitAtMost(ms, call).then((result) => result !== false, () => false);

export const postgresTakesWrites = (pool: Queryable, ms: number): Promise<boolean> => succeedsWithin(ms, pool.query(WRITE_PROBE));

/** Writes a key that expires. @throws Error when Redis is away or refuses writes. */
export const writeProbeKey = (redis: Pick<Redis, 'set'>, prefix: string, id: string): Promise<unknown> =>
  redis.set(`${prefix}:probe:${id}`, '1', 'PX', KEY_MS);

/** @param id whose key it is: two that probe do not share one. */
export const redisTakesWrites = (redis: Pick<Redis, 'set'>, { prefix, id, ms }: { prefix: string; id: string; ms: number }): Promise<boolean> =>
  succeedsWithin(ms, writeProbeKey(redis, prefix, id));
