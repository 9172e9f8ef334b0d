/**
 * Bills that a program and the desk pay at the same time: each is paid once, through any instance,
 * and the later one is refused.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { RunningPatients } from '../../../patients/start.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { seedPatient, type SeedPatient } from '../../../prisma/seed-data.js';
import { eventually } from '../../support/eventually.js';
import { Visitor } from '../security/visitor.js';
import { electFakeLeader } from './fake-leader.js';
import { call, codeOf, countRows, TOKENS, type Answered } from './setup.js';
import { factsOf, field, patient, setup, totalOf } from './staff-stage.js';

let one: RunningPatients;
let two: RunningPatients;

/**
 * Number of bills, of sample patients that no other test here uses. Each is a race of its own, and
 * each identification costs a hash that is slow on purpose.
 */
const BILLS = 80;
const FIRST = 21;

beforeAll(async () => {
  one = await setup.start({ ID: 'patients_1' });
  two = await setup.start({ ID: 'patients_2', STAFF_SIGN_IN: 'off' });
});

type Body = Record<string, unknown>;
/** The body of a payment of the whole bill. */
const wholeBill = (payer: SeedPatient, rest: Body = {}): Body => ({
  patientId: payer.id,
  amountMinor: totalOf(payer),
  currency: payer.charges[0]?.currency,
  settles: 'bill',
  ...rest,
});
const pay = (body: Body, headers: Record<string, string> = {}, url = one.url): Promise<Answered> =>
  call(`${url}/api/payments`, { body, headers });

/** The paid and pending amounts of each of these patients. */
async function paidFor(patients: readonly SeedPatient[]): Promise<Map<string, number>> {
  const { rows } = await setup.pool.query<{ id: string; paid: number }>(
    `SELECT patient_id AS id, sum(amount_minor)::bigint AS paid FROM payment
      WHERE patient_id = ANY ($1::uuid[]) AND status IN ('PENDING', 'SUCCEEDED') GROUP BY 1`,
    [patients.map(({ id }) => id)],
  );
  return new Map(rows.map(({ id, paid }) => [id, paid]));
}

/** The bill's form, ready to be submitted. */
async function atTheDesk(payer: SeedPatient): Promise<() => Promise<number>> {
  const desk = new Visitor(two.url);
  await desk.submit('/bill/identify', factsOf(payer), '/bill/identify');
  const bill = await desk.ask('/bill');
  const form = Object.fromEntries(
    ['csrf', 'patient', 'key', 'shown'].map((name) => [name, field(bill, name)]),
  );
  const body = new URLSearchParams({ ...form, part: 'whole', amount: '' });
  return async () => (await desk.ask('/bill/pay', { method: 'POST', body })).status;
}

/** A busy machine answers 503, which means unknown: the client sends the same request again. */
async function untilKnown(send: () => Promise<number>): Promise<number> {
  let status = 503;
  await eventually(async () => (status = await send()) !== 503, {
    what: 'an answer other than 503',
  });
  return status;
}

describe('a bill', () => {
  test(`${BILLS} of them, paid by a program and at the desk at the same time: none is overpaid, and one of the two is refused`, async () => {
    const patients = Array.from({ length: BILLS }, (_, index) => seedPatient(FIRST + index));
    const desks: (() => Promise<number>)[] = [];
    for (const each of patients) desks.push(await atTheDesk(each));
    const answers = await Promise.all(
      patients.map(async (each, index) => {
        const headers = { 'Idempotency-Key': `whole bill ${index}` };
        const program = untilKnown(async () => (await pay(wholeBill(each), headers)).status);
        const desk = untilKnown(desks[index] as () => Promise<number>);
        return (await Promise.all([program, desk])).join(' ');
      }),
    );
    const paid = await paidFor(patients);
    expect(answers.filter((each) => !['202 409', '202 422', '409 303'].includes(each))).toEqual([]);
    expect(patients.map(({ id }) => paid.get(id))).toEqual(patients.map(totalOf));
  }, 120_000);
});

describe('a payment that settles a bill', () => {
  test('is refused beyond the amount that is neither paid nor pending, and nothing is stored', async () => {
    expect((await pay(wholeBill(patient))).status).toBe(202);
    const before = await countRows(setup.pool, 'payment');
    for (const rest of [{}, { amountMinor: 1 }, { currency: 'CHF', amountMinor: 1 }]) {
      const refused = await pay(wholeBill(patient, rest));
      expect([refused.status, codeOf(refused), refused.text]).toEqual([
        409,
        'BILL_NOT_PAYABLE',
        expect.stringContaining('0 minor units left to pay'),
      ]);
    }
    expect(await countRows(setup.pool, 'payment')).toBe(before);
  });

  test('of an unknown patient is refused for that reason', async () => {
    expect(
      codeOf(await pay(wholeBill({ ...patient, id: '00000000-0000-4000-8000-999999999999' }))),
    ).toBe('PATIENT_UNKNOWN');
  });

  test('with the same key gets its first answer again, also when the bill has nothing left; a refused key stays free', async () => {
    const headers = { 'Idempotency-Key': `settles ${patient.id}` };
    const tooMuch = await pay(wholeBill(patient, { amountMinor: totalOf(patient) + 1 }), headers);
    expect([tooMuch.status, tooMuch.headers.get('idempotency-key')]).toEqual([
      409,
      headers['Idempotency-Key'],
    ]);
    const first = await pay(wholeBill(patient), headers);
    const again = await pay(wholeBill(patient), headers, two.url);
    expect([
      first.status,
      again.status,
      again.text,
      again.headers.get('idempotent-replayed'),
    ]).toEqual([202, 202, first.text, 'true']);
    const free = await pay(wholeBill(patient, { settles: undefined }), headers);
    expect([free.status, codeOf(free)]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  test('50 concurrent requests with one key through two instances: one row, 50 equal answers', async () => {
    const headers = { 'Idempotency-Key': `fifty ${patient.id}` };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        pay(wholeBill(patient), headers, at % 2 ? one.url : two.url),
      ),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect((await paidFor([patient])).get(patient.id)).toBe(totalOf(patient));
  });

  test('is not part of a batch, which accepts any amount, as free payments do', async () => {
    const free = wholeBill(patient, { settles: undefined });
    const refused = await call(`${one.url}/api/batches`, {
      body: { payments: [wholeBill(patient)], timeoutMs: 0 },
    });
    expect([refused.status, codeOf(refused)]).toEqual([400, 'VALIDATION_FAILED']);
    expect(
      (await call(`${one.url}/api/batches`, { body: { payments: [free, free], timeoutMs: 0 } }))
        .status,
    ).toBe(200);
    expect((await pay(free)).status).toBe(202);
    expect((await paidFor([patient])).get(patient.id)).toBe(3 * totalOf(patient));
  });

  test('that failed is re-driven once the bill allows it, and not when it was paid meanwhile', async () => {
    await electFakeLeader(setup.pool);
    const fail = (id: string): Promise<unknown> =>
      setup.pool.query(
        `UPDATE payment SET status = 'FAILED', term = 1, processed_by = 'server_1', completed_at = now() WHERE id = $1`,
        [id],
      );
    const redrive = (id: string): Promise<Answered> =>
      call(`${one.url}/api/payments/${id}/redrive`, {
        method: 'POST',
        token: TOKENS.OPERATOR_TOKEN,
      });
    const first = (await pay(wholeBill(patient))).body as Payment;
    await fail(first.id);
    const second = (await pay(wholeBill(patient))).body as Payment;
    const refused = await redrive(first.id);
    expect([refused.status, codeOf(refused)]).toEqual([409, 'BILL_NOT_PAYABLE']);
    await fail(second.id);
    const again = await redrive(first.id);
    expect([again.status, (again.body as Payment).redriveOf]).toEqual([202, first.id]);
    expect((await redrive(first.id)).text).toBe(again.text);
    expect((await redrive(second.id)).status).toBe(409);
    const audited = await setup.pool.query<{ actor: string; outcome: string }>(
      `SELECT actor, outcome FROM audit WHERE action = 'redrive' AND target = $1 ORDER BY id`,
      [first.id],
    );
    const driven = { actor: 'operator', outcome: `retried as ${(again.body as Payment).id}` };
    expect(audited.rows).toEqual([
      { actor: 'operator', outcome: 'BILL_NOT_PAYABLE' },
      driven,
      driven,
    ]);
    expect((await paidFor([patient])).get(patient.id)).toBe(totalOf(patient));
  });
});
