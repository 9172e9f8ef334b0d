/**
 * The life of a payment through the API: authorize, capture, void, refund and cancel. Each request
 * is idempotent, and each refusal has its code.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RunningPatients } from '../../../patients/start.js';
import type { FinalStatus, Payment, PaymentDetail } from '../../../shared/contracts/payment.js';
import { startFakeLeader, type FakeLeader } from './fake-leader.js';
import { call, codeOf, createSetup, PAYMENT, TOKENS, type Answered, type Setup } from './setup.js';

/** Amounts that the leader declines, and that it leaves pending. */
const DECLINED = 666;
let setup: Setup;
let one: RunningPatients;
let leader: FakeLeader;

beforeAll(async () => {
  setup = await createSetup();
  one = await setup.start({ ID: 'patients_1' });
  leader = await startFakeLeader({
    ...setup,
    rule: ({ amountMinor }): FinalStatus => (amountMinor === DECLINED ? 'DECLINED' : 'SUCCEEDED'),
  });
});
afterAll(async () => {
  await leader.stop();
  await setup.end();
});

const WAIT = { Prefer: 'wait=10' };
const pay = async (rest: object = {}): Promise<string> => {
  const { body } = await call(`${one.url}/api/payments`, {
    body: { ...PAYMENT, ...rest },
    headers: WAIT,
  });
  return (body as Payment).id;
};
const operate = (
  id: string,
  path: string,
  body: object = {},
  headers: Record<string, string> = WAIT,
): Promise<Answered> =>
  call(`${one.url}/api/payments/${id}/${path}`, { body, headers, token: TOKENS.OPERATOR_TOKEN });
const read = async (id: string): Promise<PaymentDetail> =>
  (await call(`${one.url}/api/payments/${id}`)).body as PaymentDetail;
const standing = async (id: string): Promise<unknown[]> => {
  const { state, capturedMinor, refundedMinor, refundableMinor } = await read(id);
  return [state, capturedMinor, refundedMinor, refundableMinor];
};

describe('a charge', () => {
  test('is refunded in parts, and no further', async () => {
    const id = await pay();
    expect(await standing(id)).toEqual(['captured', 15_000, 0, 15_000]);
    const part = await operate(id, 'refunds', { amountMinor: 5_000, reason: 'A second exam' });
    expect(part.status).toBe(201);
    expect(part.body).toMatchObject({
      kind: 'refund',
      of: id,
      status: 'SUCCEEDED',
      exit_granted: false,
      amountMinor: 5_000,
      concept: 'A second exam',
    });
    expect(await standing(id)).toEqual(['partially-refunded', 15_000, 5_000, 10_000]);
    expect((await operate(id, 'refunds')).body).toMatchObject({ amountMinor: 10_000 });
    expect(await standing(id)).toEqual(['refunded', 15_000, 15_000, 0]);
    const more = await operate(id, 'refunds', { amountMinor: 1 });
    expect([more.status, codeOf(more)]).toEqual([409, 'REFUND_EXCEEDS_PAYMENT']);
    expect(codeOf(await operate(id, 'refunds'))).toBe('REFUND_EXCEEDS_PAYMENT');
  });

  test('is refunded once under one key, also when nothing is left to refund', async () => {
    const id = await pay();
    const headers = { ...WAIT, 'Idempotency-Key': `refund of ${id}` };
    const first = await operate(id, 'refunds', {}, headers);
    const again = await operate(id, 'refunds', {}, headers);
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await operate(id, 'refunds', { amountMinor: 1 }, headers);
    expect([other.status, codeOf(other)]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await standing(id)).toEqual(['refunded', 15_000, 15_000, 0]);
  });

  test('that was declined is not refunded, and no charge is captured or voided', async () => {
    const declined = await pay({ amountMinor: DECLINED });
    expect(codeOf(await operate(declined, 'refunds'))).toBe('NOT_CAPTURED');
    const id = await pay();
    expect(codeOf(await operate(id, 'captures'))).toBe('NOT_AUTHORIZED');
    expect(codeOf(await operate(id, 'voids'))).toBe('NOT_AUTHORIZED');
  });

  test('of a bill is due again after its refund', async () => {
    const due = async (): Promise<number> => {
      const { body } = await call(`${one.url}/api/patients/${PAYMENT.patientId}/bill`);
      return (body as { paidMinor: number }).paidMinor;
    };
    const before = await due();
    const id = await pay({ amountMinor: 100 });
    expect(await due()).toBe(before + 100);
    await operate(id, 'refunds', { amountMinor: 40 });
    expect(await due()).toBe(before + 60);
  });
});

describe('an authorization', () => {
  test('earns no pass; its capture does', async () => {
    const id = await pay({ capture: 'manual' });
    expect(await read(id)).toMatchObject({ kind: 'authorize', exit_granted: false });
    expect(await standing(id)).toEqual(['authorized', 0, 0, 0]);
    expect(codeOf(await call(`${one.url}/api/passes/${id}`))).toBe('PASS_NOT_FOUND');
    const captured = await operate(id, 'captures', { amountMinor: 9_000 });
    expect(captured.body).toMatchObject({ kind: 'capture', of: id, exit_granted: true });
    expect(await standing(id)).toEqual(['captured', 9_000, 0, 9_000]);
    expect(codeOf(await operate(id, 'captures'))).toBe('ALREADY_CAPTURED');
    expect(codeOf(await operate(id, 'voids'))).toBe('ALREADY_CAPTURED');
    const { id: capture } = captured.body as Payment;
    expect((await call(`${one.url}/api/passes/${capture}`)).status).toBe(200);
    expect(codeOf(await operate(capture, 'refunds'))).toBe('PAYMENT_IS_OPERATION');
  });

  test('is voided and then neither captured nor refunded', async () => {
    const id = await pay({ capture: 'manual' });
    const over = await operate(id, 'captures', { amountMinor: 15_001 });
    expect(codeOf(over)).toBe('CAPTURE_EXCEEDS_AUTHORIZATION');
    expect((await operate(id, 'voids', { reason: 'No exam' })).status).toBe(201);
    expect(await standing(id)).toEqual(['voided', 0, 0, 0]);
    expect(codeOf(await operate(id, 'captures'))).toBe('ALREADY_VOIDED');
    expect(codeOf(await operate(id, 'refunds'))).toBe('NOT_CAPTURED');
  });
});

describe('every operation', () => {
  test('is listed by its payment, and audited with its reason and result', async () => {
    const id = await pay();
    await operate(id, 'refunds', { amountMinor: 1, reason: 'first' });
    await operate(id, 'refunds', { amountMinor: 20_000, reason: 'second' });
    const { body } = await call(`${one.url}/api/payments?of=${id}`);
    const { payments } = body as { payments: Payment[] };
    expect(payments.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([['refund', 1]]);
    const { rows } = await setup.pool.query(
      'SELECT actor, action, reason, outcome FROM audit WHERE target = $1 ORDER BY id',
      [id],
    );
    expect(rows).toEqual([
      {
        actor: 'operator',
        action: 'refund',
        reason: 'first',
        outcome: `accepted as ${payments[0]?.id}`,
      },
      { actor: 'operator', action: 'refund', reason: 'second', outcome: 'REFUND_EXCEEDS_PAYMENT' },
    ]);
  });

  test('needs the operator token and an existing payment', async () => {
    const refused = await call(`${one.url}/api/payments/${await pay()}/refunds`, { body: {} });
    expect([refused.status, codeOf(refused)]).toEqual([403, 'FORBIDDEN']);
    const missing = await operate('00000000-0000-4000-8000-999999999999', 'refunds');
    expect([missing.status, codeOf(missing)]).toEqual([404, 'PAYMENT_NOT_FOUND']);
  });
});

describe('a cancellation', () => {
  const REASON = { reason: 'wrong patient' };
  const cancel = (id: string, headers = {}): Promise<Answered> =>
    operate(id, 'cancel', REASON, headers);
  /** A payment that no parcel carries: only a leader with a relay would find it. */
  const pending = async (): Promise<string> => {
    const { rows } = await setup.pool.query<{ id: string }>(
      `INSERT INTO payment (id, patient_id, idempotency_key, fingerprint, amount_minor, currency, accepted_by)
       VALUES (gen_random_uuid(), $1, gen_random_uuid()::text, 'test', 100, 'USD', 'test') RETURNING id`,
      [PAYMENT.patientId],
    );
    return rows[0]?.id as string;
  };

  test('of a final payment is refused', async () => {
    const refused = await cancel(await pay());
    expect([refused.status, codeOf(refused)]).toEqual([409, 'NOT_CANCELLABLE']);
  });

  test('marks a pending payment, and answers with its outcome when it is final', async () => {
    const id = await pending();
    const marked = await cancel(id);
    expect([marked.status, (marked.body as Payment).status]).toEqual([202, 'PENDING']);
    expect((await read(id)).cancelRequestedAt).not.toBeNull();
    await setup.pool.query(
      `UPDATE payment SET status = 'FAILED', reason = 'CANCELLED', completed_at = now(), term = 1, processed_by = 'server_1' WHERE id = $1`,
      [id],
    );
    const ended = await cancel(id);
    expect(ended.status).toBe(200);
    expect(ended.body).toMatchObject({ status: 'FAILED', reason: 'CANCELLED' });
    const redriven = await call(`${one.url}/api/payments/${id}/redrive`, {
      method: 'POST',
      token: TOKENS.OPERATOR_TOKEN,
    });
    expect([redriven.status, codeOf(redriven)]).toEqual([409, 'NOT_REDRIVABLE']);
  });
});
