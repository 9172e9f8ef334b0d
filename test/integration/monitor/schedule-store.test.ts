/**
 * The orders of scheduled hand-overs in a real PostgreSQL: times that PostgreSQL cannot read, a
 * clock that was set back, and the bound on the number of rows.
 */
import { ScheduleStore, type ScheduleRow } from '../../../monitor/schedule/schedule-store.js';
import { scheduleRequest } from '../../../shared/contracts/scheduled-handover.js';
import type { Pool } from '../../../shared/postgres/postgres.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createTestPool } from '../../support/pool.js';

const HOUR_MS = 3_600_000;
const KEPT = 1_000;
const inOneHour = (): string => new Date(Date.now() + HOUR_MS).toISOString();

describe('the stored orders of scheduled hand-overs', () => {
  let database: TestDatabase;
  let pool: Pool;
  let store: ScheduleStore;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createTestPool(database.url);
    store = new ScheduleStore(pool, 0, 'monitor_1');
  });
  afterEach(() => pool.query('DELETE FROM scheduled_handover'));
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  const order = (at = inOneHour(), reason = 'kernel'): Promise<ScheduleRow> =>
    store.order({ at, to: null, reason, actor: 'operator' });
  const end = async ({ id }: ScheduleRow): Promise<void> => {
    await store.cancel(id, 'postponed', 'operator');
  };
  const count = async (table: string): Promise<number> =>
    Number((await pool.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]?.count);
  /** Rows that ended, the newest a minute ago. */
  const addEnded = (rows: number): Promise<unknown> =>
    pool.query(
      `INSERT INTO scheduled_handover (id, partition, due_at, reason, ordered_by, ordered_at, state, ended_at)
       SELECT gen_random_uuid(), 0, now(), 'old ' || n, 'operator', now() - n * interval '1 minute', 'cancelled', now()
         FROM generate_series(1, $1::int) AS n`,
      [rows],
    );

  test.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'])(
    'the time %s is out of range and no internal error',
    async (at) => {
      expect(scheduleRequest.safeParse({ at, reason: 'x' }).success).toBe(true);
      await expect(order(at)).rejects.toMatchObject({ code: 'SCHEDULE_TIME_INVALID' });
    },
  );

  test('a time with a fraction of many digits is stored to the millisecond', async () => {
    const at = inOneHour();
    const precise = at.replace('Z', `${'7'.repeat(200)}Z`);
    expect(scheduleRequest.safeParse({ at: precise, reason: 'x' }).success).toBe(true);
    expect((await order(precise)).at.toISOString()).toBe(at);
  });

  test('the open order comes before a result that a clock ahead has dated later', async () => {
    const former = await order();
    await pool.query(
      "UPDATE scheduled_handover SET state = 'done', ordered_at = now() + interval '2 hours', ended_at = now() + interval '2 hours' WHERE id = $1",
      [former.id],
    );
    expect(await store.readLatest()).toMatchObject({ id: former.id, state: 'done' });
    const open = await order();
    expect(await store.readLatest()).toMatchObject({ id: open.id, state: 'pending' });
    await end(open);
    expect(await store.readLatest()).toMatchObject({ id: former.id, state: 'done' });
  });

  test('an order deletes the oldest of more than 1,000 ended orders, some at a time; a refused order none', async () => {
    await addEnded(KEPT + 150);
    const first = await order();
    // The statement does not count the row that it inserts.
    expect(await count('scheduled_handover')).toBe(KEPT + 51);
    await expect(order()).rejects.toMatchObject({ code: 'SCHEDULE_EXISTS' });
    await expect(order('2001-01-01T00:00:00Z')).rejects.toMatchObject({
      code: 'SCHEDULE_TIME_INVALID',
    });
    expect(await count('scheduled_handover')).toBe(KEPT + 51);
    await end(first);
    await end(await order());
    expect(await count('scheduled_handover')).toBe(KEPT + 1);
    const oldest = await pool.query<{ reason: string }>(
      'SELECT reason FROM scheduled_handover ORDER BY ordered_at LIMIT 1',
    );
    expect(oldest.rows[0]?.reason).toBe(`old ${KEPT - 1}`);
    expect(await count("audit WHERE action = 'schedule'")).toBeGreaterThanOrEqual(2);
  });

  test('an open order is never deleted, however old', async () => {
    const open = await order();
    await pool.query("UPDATE scheduled_handover SET ordered_at = now() - interval '1 year'");
    await addEnded(KEPT + 10);
    await expect(order()).rejects.toMatchObject({ code: 'SCHEDULE_EXISTS' });
    expect(await store.readLatest()).toMatchObject({ id: open.id });
  });
});
