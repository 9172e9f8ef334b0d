/**
 * Hand-overs at a later time, at two real monitors with a real PostgreSQL and fake replicas: one
 * hand-over per order, and none after a cancellation, without a candidate, or long after its
 * time. A test moves the time of an order in the database instead of waiting for it.
 */
import type { Status } from '../../../shared/contracts/status.js';
import type { Pool } from '../../../shared/postgres/postgres.js';
import type { RunningMonitor } from '../../../monitor/start.js';
import { createTestPool } from '../../support/pool.js';
import { eventually } from '../../support/eventually.js';
import { call, CALM, Hospital, type Answer } from './support.js';

const PATH = '/scheduled-handovers';
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const HOUR_MS = 3_600_000;

describe('a scheduled hand-over', () => {
  let hospital: Hospital;
  let pool: Pool;

  beforeAll(async () => {
    hospital = await Hospital.open();
    pool = createTestPool(hospital.database.url);
    await Promise.all(hospital.replicas.map((replica) => replica.start()));
    for (const place of await hospital.plan(2)) await hospital.startMonitor(place, CALM);
  });
  afterAll(async () => {
    await pool.end();
    await hospital.close();
  });
  afterEach(() => pool.query("DELETE FROM scheduled_handover WHERE state = 'pending'"));

  const monitor = (index = 0): RunningMonitor => hospital.monitors[index] as RunningMonitor;
  const settled = (): Promise<string> =>
    eventually(
      () => {
        const { loop } = monitor();
        const all = hospital.monitors.every(
          ({ loop: { state } }) =>
            state.phase.name === 'watching' &&
            state.leadership?.term === loop.state.leadership?.term &&
            Object.values(state.replicas).every((replica) => replica?.opinion === 'alive'),
        );
        return all ? (loop.state.leadership?.leader ?? null) : null;
      },
      { what: 'a leader that all monitors know' },
    );
  const post = (path: string, body: unknown, token = 'operator'): Promise<Answer> =>
    call(monitor(), 'POST', path, token, body);
  /** A busy PostgreSQL may answer too late; then the order is repeated. */
  const order = (body: object): Promise<string> =>
    eventually(
      async () => {
        const { status, body: answer } = await post(PATH, body);
        return status === 201 ? (answer['id'] as string) : null;
      },
      { what: 'the order' },
    );
  const makeDue = (id: string, agoMs = 0): Promise<unknown> =>
    pool.query(
      "UPDATE scheduled_handover SET due_at = clock_timestamp() - $2::float8 * interval '1 ms' WHERE id = $1",
      [id, agoMs],
    );
  const ended = (id: string): Promise<Record<string, unknown>> =>
    eventually(
      async () => {
        const { body } = await call(monitor(1), 'GET', PATH, 'operator');
        const rows = body['scheduled'] as Record<string, unknown>[];
        const row = rows.find((each) => each['id'] === id);
        return row && row['endedAt'] !== null ? row : null;
      },
      { what: 'the end of the order' },
    );
  const count = async (text: string): Promise<number> =>
    (await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${text}`)).rows[0]
      ?.count ?? -1;
  const planned = (): Promise<number> => count("election WHERE kind = 'planned'");
  const shown = async (index: number): Promise<Status['scheduledHandover']> =>
    (await call(monitor(index), 'GET', '/status')).body['scheduledHandover'] as never;

  test('of two monitors that race, exactly one carries out each of five orders', async () => {
    for (let round = 1; round <= 5; round += 1) {
      const leader = await settled();
      const before = await planned();
      const to = round % 2 ? hospital.replicas.find(({ id }) => id !== leader)?.id : undefined;
      const id = await order({
        at: inMs(HOUR_MS),
        ...(to ? { to } : {}),
        reason: `round ${round}`,
      });
      for (const index of [0, 1])
        await eventually(async () => (await shown(index))?.state === 'pending', {
          what: 'the order in the status of every monitor',
        });
      await makeDue(id);
      const row = await ended(id);
      expect(row).toMatchObject({ state: 'done', reason: `round ${round}`, leader });
      if (to) expect((await settled()) === to).toBe(true);
      expect(await planned()).toBe(before + 1);
    }
    const audits = await pool.query<{ actor: string; outcome: string }>(
      "SELECT actor, outcome FROM audit WHERE action = 'handover' AND reason LIKE 'scheduled for %: round %'",
    );
    expect(audits.rows).toHaveLength(5);
    for (const { actor, outcome } of audits.rows) {
      expect(actor).toContain('operator');
      expect(outcome).toMatch(/^term \d+$/);
    }
  });

  test('an order a few seconds ahead is carried out at its time, not before', async () => {
    await settled();
    const at = inMs(15_000);
    const row = await ended(await order({ at, reason: 'soon' }));
    expect(row).toMatchObject({ state: 'done' });
    expect(Date.parse(row['endedAt'] as string)).toBeGreaterThanOrEqual(Date.parse(at));
  });

  test('a restarted monitor does not carry an order out again; a claim without a result fails', async () => {
    await settled();
    const id = await order({ at: inMs(HOUR_MS), reason: 'interrupted' });
    const before = await planned();
    await pool.query(
      "UPDATE scheduled_handover SET state = 'running', claimed_by = 'monitor_1', claimed_at = clock_timestamp() - interval '4 minutes' WHERE id = $1",
      [id],
    );
    expect(await ended(id)).toMatchObject({
      state: 'failed',
      outcome:
        'monitor_1 began it and recorded no result; the elections show whether the leadership moved',
    });
    expect(await planned()).toBe(before);
  });

  test('missed: long after its time, and when the successor leads already; audited once', async () => {
    const leader = await settled();
    const before = await planned();
    const late = await order({ at: inMs(HOUR_MS), reason: 'late' });
    await makeDue(late, 61_000);
    expect(await ended(late)).toMatchObject({
      state: 'missed',
      outcome: 'no monitor could begin it within 60 s of its time',
    });
    const same = await order({ at: inMs(HOUR_MS), to: leader, reason: 'same' });
    await makeDue(same);
    expect(await ended(same)).toMatchObject({
      state: 'missed',
      outcome: `${leader} leads already`,
    });
    expect(await planned()).toBe(before);
    expect(await count("audit WHERE action = 'handover' AND outcome LIKE 'missed: %'")).toBe(2);
    await eventually(async () => (await shown(1))?.state === 'missed', { what: 'the result' });
  });

  test('missed: no other replica is ready', async () => {
    const leader = await settled();
    const others = hospital.replicas.filter(({ id }) => id !== leader).map(({ id }) => id);
    const set = (id: string, state: string): Promise<unknown> =>
      eventually(
        async () => (await post(`/replicas/${id}/state`, { state, reason: 'test' })).status === 200,
        { what: `${id} in ${state}` },
      );
    for (const id of others) await set(id, 'drain');
    await eventually(
      () =>
        hospital.monitors.every(({ loop }) =>
          others.every((id) => loop.state.admin[id] === 'drain'),
        ),
      { what: 'every monitor knows the states' },
    );
    const id = await order({ at: inMs(HOUR_MS), reason: 'alone' });
    await makeDue(id);
    expect(await ended(id)).toMatchObject({
      state: 'missed',
      outcome: 'No other replica is up and ready to lead',
    });
    for (const other of others) await set(other, 'ready');
  });

  test('cancelled: audited with the reason, never carried out, and not cancelled twice', async () => {
    await settled();
    const before = await planned();
    const id = await order({ at: inMs(HOUR_MS), reason: 'kernel' });
    const cancel = (): Promise<Answer> => post(`${PATH}/${id}/cancel`, { reason: 'postponed' });
    expect(await cancel()).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await cancel()).toMatchObject({ status: 409, body: { code: 'SCHEDULE_ENDED' } });
    await makeDue(id);
    // The next order shows that both monitors read the table after the cancelled one was due.
    const next = await order({ at: inMs(HOUR_MS), reason: 'next' });
    await makeDue(next);
    await ended(next);
    expect(await planned()).toBe(before + 1);
    expect(
      await count(
        "audit WHERE action = 'unschedule' AND reason = 'postponed' AND outcome = 'cancelled'",
      ),
    ).toBe(1);
    expect(await count("audit WHERE action = 'schedule' AND reason = 'kernel'")).toBe(1);
  });

  test('refused: a time out of range, an unknown replica, a second order, no token; nothing is stored', async () => {
    await settled();
    const refusals: [object, number, string][] = [
      [{ at: inMs(1_000), reason: 'x' }, 422, 'SCHEDULE_TIME_INVALID'],
      [{ at: inMs(-HOUR_MS), reason: 'x' }, 422, 'SCHEDULE_TIME_INVALID'],
      [{ at: inMs(7 * 24 * HOUR_MS + 60_000), reason: 'x' }, 422, 'SCHEDULE_TIME_INVALID'],
      [{ at: '9999-12-31T23:59:59Z', reason: 'x' }, 422, 'SCHEDULE_TIME_INVALID'],
      [{ at: inMs(HOUR_MS), to: 'server_9', reason: 'x' }, 404, 'REPLICA_NOT_FOUND'],
      [{ at: '2026-12-01T02:00:00+01:00', reason: 'x' }, 400, 'VALIDATION_FAILED'],
      [{ at: 'tomorrow', reason: 'x' }, 400, 'VALIDATION_FAILED'],
      [{ at: inMs(HOUR_MS), reason: ' ' }, 400, 'VALIDATION_FAILED'],
    ];
    const before = await count('scheduled_handover');
    for (const [body, status, code] of refusals)
      expect(await post(PATH, body)).toMatchObject({ status, body: { code } });
    expect((await post(PATH, { at: inMs(HOUR_MS), reason: 'x' }, 'api')).status).toBe(403);
    expect(await count('scheduled_handover')).toBe(before);
    await order({ at: inMs(HOUR_MS), reason: 'first' });
    expect(await post(PATH, { at: inMs(HOUR_MS), reason: 'second' })).toMatchObject({
      status: 409,
      body: { code: 'SCHEDULE_EXISTS' },
    });
    const unknown = `${PATH}/0198a2b4-5f3e-4a7b-9c1d-2e3f4a5b6c7d/cancel`;
    expect(await post(unknown, { reason: 'x' })).toMatchObject({
      status: 404,
      body: { code: 'SCHEDULE_NOT_FOUND' },
    });
  });
});
