/** Reads from the database: a single row, and a condition that must become true in time. */
import { waitUntil } from '../../shared/wait-until.js';
import type { Cluster } from '../system/cluster.js';

const POLL_MS = 5;
const DEADLINE_MS = 60_000;

/** The first row; undefined: there is none. */
export async function readRow<Row extends object>(
  { pool }: Pick<Cluster, 'pool'>,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row | undefined> {
  return (await pool.query<Row>(text, [...values])).rows[0];
}

/** Whether a row exists. */
export const exists = async (
  cluster: Pick<Cluster, 'pool'>,
  text: string,
  values: readonly unknown[] = [],
): Promise<boolean> => (await readRow(cluster, text, values)) !== undefined;

/** `seq` of the latest payment; 0: there is none. */
export const lastSeq = async (cluster: Pick<Cluster, 'pool'>): Promise<number> =>
  (await readRow<{ last: number }>(cluster, 'SELECT max(seq) AS last FROM payment'))?.last ?? 0;

/** Waits until `check` returns a value or true. @throws Error at the deadline. */
export const waitFor = <T>(
  what: string,
  signal: AbortSignal,
  check: () => Promise<T>,
  pollMs = POLL_MS,
): Promise<NonNullable<T>> =>
  waitUntil(check, {
    deadlineMs: DEADLINE_MS,
    pollMs,
    signal,
    toError: () => new Error(`waited ${DEADLINE_MS} ms in vain for ${what}`),
  });
