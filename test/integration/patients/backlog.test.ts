/**
 * More payments are accepted than committed: the bound holds, refused payments are not stored,
 * known keys are answered, and after the return of the leader every accepted payment becomes final.
 * Real PostgreSQL and Redis; each test decides whether a leader runs.
 */
import type { Batch } from '../../../shared/contracts/batch.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { acceptPayments, deferPayments, type NewPayment } from '../../../shared/postgres/ledger.js';
import { lookAtBacklog } from '../../../patients/records/payment-rows.js';
import { eventually } from '../../support/eventually.js';
import { electFakeLeader, startFakeLeader } from './fake-leader.js';
import { call, codeOf, countRows, PATIENT, PAYMENT, type Answered } from './setup.js';
import {
  accepted,
  fill,
  flood,
  MAX,
  pay,
  pendingRows,
  refused,
  relay,
  setup,
  SMALL,
} from './backlog-stage.js';

describe('without a leader', () => {
  test('accepted up to the bound, then 503 with Retry-After and nothing stored; after the drain it accepts again and every accepted payment is final', async () => {
    const { url } = await setup.start(SMALL);
    const answers = await fill(url, 'ahead');
    const { length } = accepted(answers);
    expect(length).toBeLessThanOrEqual(MAX);
    expect(await countRows(setup.pool, 'payment')).toBe(length);
    expect(new Set(refused(answers).map((one) => `${one.status} ${codeOf(one)}`))).toEqual(
      new Set(['503 BACKLOG_FULL']),
    );
    for (const { headers } of refused(answers))
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    for (const { headers } of refused(answers))
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);

    const leader = await startFakeLeader({ ...setup });
    await relay();
    await eventually(async () => (await pendingRows()) === 0, {
      what: 'the end of the backlog',
    });
    const again = await eventually(
      async () => {
        const one = await pay(url, 'after', { Prefer: 'wait=10' });
        return one.status === 201 ? one : null;
      },
      { what: 'an open door' },
    );
    expect((again.body as Payment).status).toBe('SUCCEEDED');
    const ids = accepted(answers).map(({ body }) => (body as Payment).id);
    const { rows } = await setup.pool.query(
      `SELECT 1 FROM payment WHERE id = ANY ($1::uuid[]) AND status = 'SUCCEEDED'`,
      [ids],
    );
    expect(rows).toHaveLength(length);
    await leader.stop();
  });

  test('an accepted key is answered as before while new ones are refused; another body under it is a conflict', async () => {
    const { url } = await setup.start(SMALL);
    const answers = await fill(url, 'known');
    const { length } = accepted(answers);
    expect((await pay(url)).status).toBe(503);
    const again = await pay(url, 'known-0');
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([
      202,
      answers[0]?.text,
      'true',
    ]);
    const other = await call(`${url}/api/payments`, {
      body: { ...PAYMENT, amountMinor: 1 },
      headers: { 'Idempotency-Key': 'known-0' },
    });
    expect([other.status, codeOf(other)]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await countRows(setup.pool, 'payment')).toBe(length);
  });

  test('control: without the guard the same flood is stored completely', async () => {
    const { url, deps } = await setup.start(SMALL);
    deps.backlog.admit = () => true;
    expect(refused(await flood([url], 3 * MAX, 'unguarded'))).toEqual([]);
    expect(await countRows(setup.pool, 'payment')).toBe(3 * MAX);
  });

  test('replays do not count: after a thousand of them admission is open', async () => {
    const { url } = await setup.start(SMALL);
    for (let round = 0; round < 100; round += 1)
      await Promise.all(Array.from({ length: 10 }, () => pay(url, 'one-key')));
    expect((await pay(url)).status).toBe(202);
    const look = await lookAtBacklog(setup.pool, 0, 0);
    // A quarter of the sequence numbers is sampled: 2 pending among a thousand are 1 to 8.
    expect([look.pending < 10, look.newest > 900]).toEqual([true, true]);
  });

  test('two instances together keep the bound, except for payments that both accept between two measurements', async () => {
    const [one, two] = [
      await setup.start({ ...SMALL, ID: 'patients_1' }),
      await setup.start({ ...SMALL, ID: 'patients_2' }),
    ];
    const answers = await flood([one.url, two.url], 4 * MAX, 'both');
    const stored = await countRows(setup.pool, 'payment');
    expect(stored).toBe(accepted(answers).length);
    expect(stored).toBeLessThanOrEqual(2 * MAX);
    await fill(one.url, 'rest');
    for (const { url } of [one, two])
      await eventually(async () => (await pay(url)).status === 503, {
        what: 'a door closed by what both accepted',
      });
  });

  test('reads continue, the instance is live and ready, and reports the full backlog', async () => {
    const { url } = await setup.start(SMALL);
    await fill(url, 'full');
    await eventually(
      async () => {
        const ready = await call(`${url}/readyz`, { token: null });
        expect([ready.status, (ready.body as { checks: unknown }).checks]).toEqual([
          200,
          { postgres: true, redis: true, backlog: false, load: true },
        ]);
        return true;
      },
      { what: 'ready, and full' },
    );
    expect((await call(`${url}/livez`, { token: null })).status).toBe(200);
    expect((await call(`${url}/api/payments`)).status).toBe(200);
    await eventually(
      async () => /relevo_backlog_payments (3[7-9]|40)\b/.test((await call(`${url}/metrics`)).text),
      { what: 'the metric' },
    );
    expect((await call(`${url}/metrics`)).text).toMatch(
      /relevo_requests_refused_total\{reason="backlog"\} [1-9]/,
    );
  });
});

describe('a batch', () => {
  const fire = (url: string, count: number, key: string): Promise<Answered> =>
    call(`${url}/api/batches`, {
      body: { count, timeoutMs: 0 },
      headers: { 'Idempotency-Key': key },
    });

  test('that does not fit is refused as a whole and leaves nothing; smaller requests are still admitted', async () => {
    const { url, deps } = await setup.start({ BACKLOG_MAX: '400', BACKLOG_LOOK_MS: '60000' });
    // Payments stored during a measurement count twice until the next one: the first measurement is
    // over, and no other one follows.
    await eventually(() => deps.reads.idleCount > 0, { what: 'the end of the first look' });
    await fire(url, 370, 'first');
    const answered = await fire(url, 31, 'too-large');
    expect([answered.status, codeOf(answered)]).toEqual([503, 'BACKLOG_FULL']);
    expect([await countRows(setup.pool, 'batch'), await countRows(setup.pool, 'payment')]).toEqual([
      1, 370,
    ]);
    expect((await fire(url, 30, 'fits')).status).toBe(200);
    expect((await pay(url)).status).toBe(503);
  });

  test('that was interrupted is completed while admission is closed, and then answered from the database', async () => {
    const { url } = await setup.start(SMALL);
    await setup.pool.query(`CREATE FUNCTION only_ten() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.batch_index >= 10 THEN RAISE EXCEPTION 'in the middle' USING ERRCODE = '57P01'; END IF; RETURN NEW; END $$`);
    await setup.pool.query(
      'CREATE TRIGGER only_ten BEFORE INSERT ON payment FOR EACH ROW EXECUTE FUNCTION only_ten()',
    );
    const { url: small } = await setup.start({
      ...SMALL,
      ACCEPT_GROUP_MAX: '5',
      ACCEPT_RETRY_MS: '0',
    });
    expect((await fire(small, 20, 'interrupted')).status).toBe(503);
    expect(await countRows(setup.pool, 'payment')).toBe(10);
    await setup.pool.query('DROP TRIGGER only_ten ON payment');
    await fill(url, 'fill');
    expect((await pay(url)).status).toBe(503);
    const completed = await fire(url, 20, 'interrupted');
    expect([completed.status, (completed.body as Batch).payments.length]).toEqual([200, 20]);
  });
});

describe('a measurement', () => {
  const row = (at: number): NewPayment => ({
    id: `00000000-0000-4000-9000-${String(at).padStart(12, '0')}`,
    patientId: PATIENT,
    batchId: null,
    batchIndex: null,
    redriveOf: null,
    idempotencyKey: `row-${at}`,
    fingerprint: 'f',
    answerWaited: false,
    amountMinor: 1,
    currency: 'USD',
    concept: null,
  });
  const store = async (from: number, count: number): Promise<void> => {
    await acceptPayments(
      setup.pool,
      0,
      'test',
      Array.from({ length: count }, (_, at) => row(from + at)),
    );
  };
  const finish = async (where: string): Promise<void> => {
    await electFakeLeader(setup.pool);
    await setup.pool.query(
      `UPDATE payment SET status = 'SUCCEEDED', completed_at = now(), term = 1, processed_by = 'server_1' WHERE ${where}`,
    );
  };

  const AGED = { oldestAgeSeconds: expect.any(Number) as unknown };

  test('of an empty table finds nothing; of few rows it is exact', async () => {
    expect(await lookAtBacklog(setup.pool, 0, 0)).toEqual({
      oldest: null,
      newest: 0,
      oldestAgeSeconds: 0,
      pending: 0,
    });
    await store(1, 100);
    await finish('seq % 3 = 0');
    expect(await lookAtBacklog(setup.pool, 0, 0)).toEqual({
      oldest: 1,
      newest: 100,
      ...AGED,
      pending: 67,
    });
  });

  test('of many rows is exact when the whole range is pending, and close when a part is', async () => {
    await store(1, 5_000);
    await finish('seq <= 1000');
    expect(await lookAtBacklog(setup.pool, 0, 0)).toEqual({
      oldest: 1_001,
      newest: 5_000,
      ...AGED,
      pending: 4_000,
    });
    await finish('seq % 4 = 0 AND seq > 1000');
    const { pending } = await lookAtBacklog(setup.pool, 0, 0);
    // 256 of 4,000 rows estimate a share of 3/4 to within 5 standard errors of 3 %.
    expect(Math.abs(pending - 3_000)).toBeLessThan(600);
  });

  test('is not distorted by a few deferred payments: after ten times the bound became final, nothing is refused', async () => {
    await store(1, 5);
    await electFakeLeader(setup.pool);
    const deferrals = Array.from({ length: 5 }, (_, at) => ({
      id: row(at + 1).id,
      attempts: 1,
      waitMs: 3_600_000,
      lastError: 'away',
    }));
    expect(
      (await deferPayments(setup.pool, { partition: 0, term: 1, leader: 'server_1' }, deferrals))
        .ids,
    ).toHaveLength(5);
    await store(6, 10 * 400);
    await finish('seq > 5');
    const { deps, url } = await setup.start({ ...SMALL, BACKLOG_MAX: '400' });
    for (let look = 0; look < 20; look += 1) {
      await deps.backlog.look();
      expect(deps.backlog.open).toBe(true);
    }
    expect(refused(await flood([url], 40, 'healthy'))).toEqual([]);
  });
});
