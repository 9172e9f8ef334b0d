/**
 * Maintenance windows at two real monitors with a real PostgreSQL and fake replicas: a state ends
 * at its time, once; a later order replaces the time; a refused order changes nothing. A lock on
 * the row lets both monitors arrive at the end before one of them may write.
 */
import type { ReplicaStatus, Status } from '../../../shared/contracts/status.js';
import type { Pool, Queryable } from '../../../shared/postgres/postgres.js';
import type { RunningMonitor } from '../../../monitor/start.js';
import { createTestPool } from '../../support/pool.js';
import { eventually } from '../../support/eventually.js';
import { call, CALM, Hospital, type Answer } from './support.js';

const HOUR_MS = 3_600_000;
/** How long a window of a test is open: enough to lock its row. */
const SOON_MS = 8_000;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const ENDED = 'the maintenance window ended: ';

interface AuditRow {
  actor: string;
  reason: string;
  outcome: string;
}

describe('a maintenance window', () => {
  let hospital: Hospital;
  let pool: Pool;
  let standby = '';
  let lastAudit = 0;

  beforeAll(async () => {
    hospital = await Hospital.open();
    pool = createTestPool(hospital.database.url);
    await Promise.all(hospital.replicas.map((replica) => replica.start()));
    for (const place of await hospital.plan(2)) await hospital.startMonitor(place, CALM);
    const leader = await eventually(() => hospital.leader()?.id, { what: 'a leader' });
    standby = hospital.replicas.find(({ id }) => id !== leader)?.id ?? '';
  });
  afterAll(async () => {
    await pool.end();
    await hospital.close();
  });
  beforeEach(() => skipAudit());

  const post = (id: string, body: object, token = 'operator'): Promise<Answer> =>
    call(hospital.monitors[0] as RunningMonitor, 'POST', `/replicas/${id}/state`, token, body);
  /** A busy PostgreSQL may answer too late; then the order is repeated. */
  const set = (state: string, more: object = {}): Promise<Record<string, unknown>> =>
    eventually(
      async () => {
        const { status, body } = await post(standby, { state, reason: 'new disk', ...more });
        return status === 200 ? body : null;
      },
      { what: `${standby} in ${state}` },
    );
  const shown = async (index: number, id = standby): Promise<ReplicaStatus> => {
    const { body } = await call(hospital.monitors[index] as RunningMonitor, 'GET', '/status');
    const found = (body as unknown as Status).replicas.find((replica) => replica.id === id);
    if (!found) throw new Error(`no replica ${id}`);
    return found;
  };
  const auditOf = async (after: number): Promise<(AuditRow & { id: number })[]> =>
    (
      await pool.query<AuditRow & { id: number }>(
        'SELECT id::int, actor, reason, outcome FROM audit WHERE id > $1 ORDER BY id',
        [after],
      )
    ).rows;
  /** The rows since the last call of skipAudit. */
  const audits = async (): Promise<AuditRow[]> =>
    (await auditOf(lastAudit)).map(({ actor, reason, outcome }) => ({ actor, reason, outcome }));
  async function skipAudit(): Promise<void> {
    lastAudit = (await auditOf(lastAudit)).at(-1)?.id ?? lastAudit;
  }
  const blocked = async (): Promise<number> =>
    (
      await pool.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%UPDATE replica SET admin%'`,
      )
    ).rows[0]?.count ?? -1;

  /**
   * Sets a window, waits until both monitors wait for the lock on its row after its end, does
   * `meanwhile` to the row, and lets them continue.
   */
  const race = (meanwhile: (client: Queryable) => Promise<unknown>): Promise<true> =>
    eventually(
      async () => {
        await set('drain', { until: inMs(SOON_MS) });
        const client = await pool.connect();
        try {
          await client.query('BEGIN');
          const text = 'SELECT admin FROM replica WHERE id = $1 FOR UPDATE';
          const { rows } = await client.query<{ admin: string }>(text, [standby]);
          // The machine was too slow: the window has ended already.
          if (rows[0]?.admin !== 'drain') return null;
          await eventually(async () => (await blocked()) === 2, { what: 'two monitors wait' });
          await meanwhile(client);
          return true as const;
        } finally {
          await client.query('COMMIT');
          client.release();
        }
      },
      { what: 'a race of two monitors' },
    );

  test('of two monitors that race, exactly one ends it, with one audit row', async () => {
    await race(() => Promise.resolve());
    for (const index of [0, 1])
      await eventually(async () => (await shown(index)).admin === 'ready', {
        what: 'ready at every monitor',
      });
    await eventually(async () => (await blocked()) === 0, { what: 'both monitors continued' });
    expect(await shown(1)).toMatchObject({ adminReason: `${ENDED}new disk`, adminUntil: null });
    const ends = (await audits()).filter(({ reason }) => reason.startsWith(ENDED));
    expect(ends).toEqual([
      {
        actor: expect.stringMatching(/^monitor_[12]$/) as string,
        reason: `${ENDED}new disk`,
        outcome: 'ready',
      },
    ]);
  });

  test('a time that changes at the last moment counts', async () => {
    await race((client) =>
      client.query(
        "UPDATE replica SET return_at = clock_timestamp() + interval '1 hour' WHERE id = $1",
        [standby],
      ),
    );
    await eventually(async () => (await blocked()) === 0, { what: 'both monitors continued' });
    expect((await audits()).filter(({ outcome }) => outcome === 'ready')).toEqual([]);
    expect(await shown(0)).toMatchObject({ admin: 'drain' });
  });

  test('the answer, the status and the audit have the time; a later order replaces it', async () => {
    const until = `${inMs(HOUR_MS).slice(0, 19)}.000Z`;
    expect(await set('maint', { until })).toMatchObject({ admin: 'maint', until });
    for (const index of [0, 1])
      await eventually(async () => (await shown(index)).adminUntil === until, {
        what: 'the end in the status of every monitor',
      });
    expect((await audits()).at(-1)).toEqual({
      actor: 'operator',
      reason: 'new disk',
      outcome: `maint until ${until.replace('.000', '')}`,
    });
    expect(await set('drain')).toMatchObject({ admin: 'drain', until: null });
    const { rows } = await pool.query('SELECT return_at FROM replica WHERE id = $1', [standby]);
    expect(rows).toEqual([{ return_at: null }]);
    expect((await audits()).at(-1)).toMatchObject({ outcome: 'drain' });
    expect(await shown(0)).toMatchObject({ admin: 'drain', adminUntil: null });
  });

  test('a time with more digits than PostgreSQL reads is stored to the millisecond', async () => {
    const at = inMs(HOUR_MS);
    await set('maint', { until: at.replace('Z', `${'0'.repeat(200)}Z`) });
    const { rows } = await pool.query<{ at: Date }>(
      'SELECT return_at AS at FROM replica WHERE id = $1',
      [standby],
    );
    expect(rows[0]?.at.toISOString()).toBe(at);
  });

  test('refused: a time out of range, no time, an end of ready, no token; nothing changes', async () => {
    await set('ready');
    const before = await shown(0);
    const refusals: [object, number, string][] = [
      [{ until: inMs(1_000) }, 422, 'SCHEDULE_TIME_INVALID'],
      [{ until: inMs(-HOUR_MS) }, 422, 'SCHEDULE_TIME_INVALID'],
      [{ until: '0000-01-01T00:00:00Z' }, 422, 'SCHEDULE_TIME_INVALID'],
      [{ until: inMs(7 * 24 * HOUR_MS + 60_000) }, 422, 'SCHEDULE_TIME_INVALID'],
      [{ until: '2026-12-01T02:00:00+01:00' }, 400, 'VALIDATION_FAILED'],
      [{ until: 'tomorrow' }, 400, 'VALIDATION_FAILED'],
      [{ until: null }, 400, 'VALIDATION_FAILED'],
      [{ until: inMs(HOUR_MS), state: 'ready' }, 400, 'VALIDATION_FAILED'],
    ];
    await skipAudit();
    for (const { id } of hospital.replicas)
      for (const [body, status, code] of refusals)
        expect(await post(id, { state: 'drain', reason: 'x', ...body })).toMatchObject({
          status,
          body: { code },
        });
    const order = { state: 'drain', reason: 'x', until: inMs(HOUR_MS) };
    expect((await post(standby, order, 'api')).status).toBe(403);
    expect(await audits()).toEqual([]);
    const { admin, adminReason, adminSince } = await shown(0);
    expect({ admin, adminReason, adminSince }).toEqual({
      admin: before.admin,
      adminReason: before.adminReason,
      adminSince: before.adminSince,
    });
  });

  test('a replica that is down and an instance become ready too', async () => {
    await set('maint', { until: inMs(HOUR_MS) });
    await hospital.replica(standby).kill();
    await eventually(async () => (await shown(0)).observed === 'down', { what: 'it is down' });
    await pool.query('UPDATE replica SET return_at = clock_timestamp() WHERE id = $1', [standby]);
    await pool.query(
      "INSERT INTO instance (id, admin, reason, return_at) VALUES ('patients_1', 'drain', 'memory', clock_timestamp())",
    );
    await eventually(async () => (await shown(0)).admin === 'ready', { what: 'ready' });
    expect(await shown(0)).toMatchObject({ observed: 'down', adminUntil: null });
    await eventually(
      async () => {
        const { rows } = await pool.query<object>('SELECT id, admin, reason FROM instance');
        expect(rows).toEqual([{ id: 'patients_1', admin: 'ready', reason: `${ENDED}memory` }]);
        return true;
      },
      { what: 'the instance is ready' },
    );
  });
});
