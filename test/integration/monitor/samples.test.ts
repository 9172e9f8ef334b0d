/** The stored samples on a real PostgreSQL: one row per step, coarser with age, bounded. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SAMPLES_MAX, TIERS } from '../../../monitor/core/sample-tiers.js';
import { STATUS } from '../../../monitor/http/examples.js';
import { toSampleRow, type SampleRow } from '../../../monitor/samples/sample-row.js';
import { SampleRecorder } from '../../../monitor/samples/sample-recorder.js';
import { SampleStore } from '../../../monitor/samples/sample-store.js';
import { status } from '../../../shared/contracts/status.js';
import { createLogger } from '../../../shared/observability/logger.js';
import type { Pool } from '../../../shared/postgres/postgres.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createTestPool } from '../../support/pool.js';

const [FINE, MINUTE, COARSE] = TIERS;
const ROW: SampleRow = { ...toSampleRow(status.parse(STATUS), []), pending: 3, committed: 10 };

let database: TestDatabase;
let pool: Pool;
let store: SampleStore;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createTestPool(database.url);
  store = new SampleStore(pool, 'monitor_1');
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(() => pool.query('TRUNCATE status_sample'));

/** Fills a resolution from `fromSec` ago to `toSec` ago. `pending` grows with the time. */
const fill = (stepSec: number, fromSec: number, toSec: number) =>
  pool.query(
    `INSERT INTO status_sample (step_sec, at, monitor, leader, term, committed, p50_ms, p99_ms, pending, waiting, active, failed,
                                gateway_calls, gateway_failed, cause, states)
     SELECT $1, to_timestamp(step * $1), 'monitor_1', 'server_' || step % 3, step, step % 2 * 20, 5, 9, step % 7, 1, 1, 0, 60, 1, 'x', $4
       FROM generate_series(ceil((extract(epoch FROM clock_timestamp()) - $2) / $1)::bigint,
                            floor((extract(epoch FROM clock_timestamp()) - $3) / $1)::bigint) AS step`,
    [stepSec, fromSec, toSec, JSON.stringify(ROW.states)],
  );
const count = async (stepSec: number): Promise<number> =>
  (
    await pool.query<{ rows: number }>(
      'SELECT count(*)::int AS rows FROM status_sample WHERE step_sec = $1',
      [stepSec],
    )
  ).rows[0]?.rows ?? 0;

const countAll = async (): Promise<number> => {
  const counts = await Promise.all(TIERS.map(({ stepSec }) => count(stepSec)));
  return counts.reduce((sum, rows) => sum + rows, 0);
};

test('two monitors that write in one step make one row', async () => {
  const other = new SampleStore(pool, 'monitor_2');
  await Promise.all(Array.from({ length: 20 }, (_, turn) => (turn % 2 ? store : other).add(ROW)));
  // The step may change once during the writes.
  expect(await count(FINE.stepSec)).toBeLessThanOrEqual(2);
});

describe('older samples', () => {
  test('are rolled up into ended minutes, with means, peaks and the states at the end', async () => {
    await fill(FINE.stepSec, 300, 0);
    await store.rollUp();
    const { rows } = await pool.query<{
      at: Date;
      committed: number;
      pending: number;
      p99: number;
    }>(
      `SELECT at, committed, pending, p99_ms AS p99, at + interval '60 s' <= clock_timestamp() AS ended FROM status_sample
        WHERE step_sec = 60 ORDER BY at`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(4);
    expect(rows.every((row) => row.at.getTime() % 60_000 === 0)).toBe(true);
    expect(rows.slice(1).map(({ committed, pending, p99 }) => [committed, pending, p99])).toEqual(
      rows.slice(1).map(() => [10, 6, 9]),
    );
    const last = rows.at(-1);
    const { rows: ends } = await pool.query<{ same: boolean }>(
      `SELECT (SELECT leader FROM status_sample WHERE step_sec = 60 AND at = $1::timestamptz) =
              (SELECT leader FROM status_sample WHERE step_sec = 5 AND at < $1::timestamptz + interval '60 s' ORDER BY at DESC LIMIT 1) AS same`,
      [last?.at],
    );
    expect(ends).toEqual([{ same: true }]);
  });

  test('a minute that has not ended is not rolled up, and none twice', async () => {
    await fill(FINE.stepSec, 120, 0);
    await store.rollUp();
    const before = await count(MINUTE.stepSec);
    await store.rollUp();
    expect(await count(MINUTE.stepSec)).toBe(before);
    const { rows } = await pool.query<{ ended: boolean }>(
      `SELECT bool_and(at + interval '60 s' <= clock_timestamp()) AS ended FROM status_sample WHERE step_sec = 60`,
    );
    expect(rows[0]?.ended).toBe(true);
  });

  test('are deleted: the table keeps its bound after twice the time', async () => {
    for (const { stepSec, keepSec } of TIERS) await fill(stepSec, keepSec * 2, 0);
    expect(await countAll()).toBeGreaterThan(SAMPLES_MAX);
    await store.rollUp();
    expect(await countAll()).toBeLessThanOrEqual(SAMPLES_MAX);
  });
});

describe('reads', () => {
  const now = (): Date => new Date();
  const ago = (sec: number): Date => new Date(Date.now() - sec * 1_000);

  test('a period has its samples in order; a time without samples stays a gap', async () => {
    await fill(FINE.stepSec, 600, 400);
    await fill(FINE.stepSec, 100, 0);
    const rows = await store.range(FINE, ago(600), now());
    const gaps = rows.filter(
      ({ at }, index) => index > 0 && at.getTime() - (rows[index - 1]?.at.getTime() ?? 0) > 5_000,
    );
    expect(gaps).toHaveLength(1);
    expect(rows[0]).toMatchObject({ p50Ms: 5, p99Ms: 9, waiting: 1 });
  });

  test('a moment has the finest sample that is kept', async () => {
    await fill(COARSE.stepSec, 100_000, 0);
    await fill(MINUTE.stepSec, 20_000, 0);
    await fill(FINE.stepSec, 600, 0);
    expect(await store.moment(ago(60))).toMatchObject({ stepSec: 5, states: ROW.states });
    expect(await store.moment(ago(7_200))).toMatchObject({ stepSec: 60 });
    expect(await store.moment(ago(50_000))).toMatchObject({ stepSec: 900 });
  });

  test('a moment without a sample near it has none', async () => {
    await fill(FINE.stepSec, 600, 300);
    expect(await store.moment(ago(200))).toBeNull();
  });
});

describe('the recorder', () => {
  const logger = createLogger('test', 'test', 'silent');
  const create = (isRecorder: boolean) =>
    new SampleRecorder({ store, read: () => ROW, isRecorder: () => isRecorder, logger });

  test('stores a sample when this monitor records', async () => {
    await create(true).record();
    expect(await store.moment(new Date())).toMatchObject({ leader: 'server_2', pending: 3 });
  });

  test('stores nothing when another monitor records', async () => {
    await create(false).record();
    expect(await count(FINE.stepSec)).toBe(0);
  });

  test('survives a store that fails', async () => {
    const broken = {
      add: () => Promise.reject(new Error('PostgreSQL is away')),
      rollUp: () => Promise.resolve(),
    };
    const options = { store: broken, read: () => ROW, isRecorder: () => true, logger };
    await expect(new SampleRecorder(options).record()).resolves.toBeUndefined();
  });
});
