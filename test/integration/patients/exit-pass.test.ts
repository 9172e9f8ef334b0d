/**
 * The exit pass with both policies: the amounts that it states, and that `settled` grants none
 * while something is due in any currency, in every answer. With real engines.
 */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { maskName } from '../../../patients/core/pass.js';
import { Visitor } from '../security/visitor.js';
import { call, TOKENS, type Answered } from './setup.js';
import { patient, setup, somebodyLeads, totalOf } from './staff-stage.js';

let anyPayment: string;
let settled: string;
beforeAll(async () => {
  await somebodyLeads();
  anyPayment = (await setup.start()).url;
  settled = (await setup.start({ EXIT_PASS: 'settled', ID: 'patients_2' })).url;
});

const ask = (url: string, path: string): Promise<Answered> =>
  call(`${url}${path}`, { token: TOKENS.API_TOKEN });

interface Paid {
  id: string;
  exit_granted: boolean;
  status: string;
}

async function pay(
  url: string,
  amountMinor: number,
  currency = 'USD',
): Promise<{ paid: Paid; link: string | null }> {
  const answered = await call(`${url}/api/payments`, {
    method: 'POST',
    token: TOKENS.API_TOKEN,
    headers: { Prefer: 'wait=20' },
    body: { patientId: patient.id, amountMinor, currency },
  });
  expect(answered.status).toBe(201);
  return { paid: answered.body as Paid, link: answered.headers.get('Link') };
}

async function chargeInEuros(amountMinor: number): Promise<void> {
  const text = `INSERT INTO charge (id, patient_id, kind, description, amount_minor, currency) VALUES ($1, $2, 'exam', 'Scan', $3, 'EUR')`;
  await setup.pool.query(text, [randomUUID(), patient.id, amountMinor]);
}

const amounts = (currency: string, amountMinor: number) => ({ currency, amountMinor });

describe('after a payment of one dollar', () => {
  test('any-payment grants the pass, and the pass states the payment and what is due per currency', async () => {
    await chargeInEuros(9_900);
    const { paid, link } = await pay(anyPayment, 100);
    expect([paid.exit_granted, link]).toEqual([true, `</api/passes/${paid.id}>; rel="exit-pass"`]);
    const { status, body } = await ask(anyPayment, `/api/passes/${paid.id}`);
    expect([status, body]).toMatchObject([
      200,
      {
        valid: true,
        paid: amounts('USD', 100),
        due: [amounts('USD', totalOf(patient) - 100), amounts('EUR', 9_900)],
      },
    ]);
    const page = await new Visitor(anyPayment).ask(`/passes/${paid.id}`);
    expect([page.status, page.text.includes('This patient may leave')]).toEqual([200, true]);
    expect(page.text).toMatch(/Paid \$1\.00 with this payment; \$[\d,.]+ and €99\.00 still due\./);
    expect(page.text).toContain(maskName(patient.fullName));
    for (const secret of [patient.fullName, patient.document, patient.id])
      expect(page.text).not.toContain(secret);
    const spanish = await new Visitor(anyPayment).ask(`/passes/${paid.id}?lang=es`);
    expect(spanish.text).toMatch(/Este pago: US\$\s1,00; saldo pendiente: /);
  });

  test('settled grants no pass: in the payment, the lists, the pass and its page', async () => {
    const { paid, link } = await pay(settled, 100);
    expect([paid.status, paid.exit_granted, link]).toEqual(['SUCCEEDED', false, null]);
    expect((await ask(settled, `/api/passes/${paid.id}`)).body).toMatchObject({
      status: 409,
      code: 'BILL_NOT_SETTLED',
      detail: `No exit pass yet: ${totalOf(patient) - 100} minor units of USD are due`,
    });
    const page = await new Visitor(settled).ask(`/passes/${paid.id}`);
    expect([
      page.status,
      page.text.includes('Not settled'),
      page.text.includes('This patient may leave'),
    ]).toEqual([409, true, false]);
    const read = async (path: string): Promise<string> => (await ask(settled, path)).text;
    const query = `?patientId=${patient.id}`;
    const seen = await Promise.all([
      read(`/api/payments/${paid.id}`),
      read(`/api/payments${query}`),
      read(`/api/payments.csv${query}`),
    ]);
    expect(seen.map((text) => /"exit_granted":true|SUCCEEDED,true/.test(text))).toEqual([
      false,
      false,
      false,
    ]);
    // The control: the same rows with the other policy.
    expect((await ask(anyPayment, `/api/payments.csv${query}`)).text).toContain('SUCCEEDED,true');
  });
});

describe('a test payment', () => {
  test('succeeds and earns no pass, alone and in a batch', async () => {
    const { paid, link } = await pay(anyPayment, 100, 'XTS');
    expect([paid.status, paid.exit_granted, link]).toEqual(['SUCCEEDED', false, null]);
    expect((await ask(anyPayment, `/api/passes/${paid.id}`)).status).toBe(404);
    const { body } = await call(`${anyPayment}/api/batches`, {
      method: 'POST',
      token: TOKENS.API_TOKEN,
      headers: { 'Idempotency-Key': randomUUID() },
      body: {
        payments: ['XTS', 'USD'].map((currency) => ({
          patientId: patient.id,
          amountMinor: 100,
          currency,
        })),
      },
    });
    const { payments } = body as { payments: Paid[] };
    expect(payments.map((each) => [each.status, each.exit_granted])).toEqual([
      ['SUCCEEDED', false],
      ['SUCCEEDED', true],
    ]);
  });
});

describe('with the policy settled', () => {
  test('the payment that settles the last currency earns the pass; a new charge withdraws it', async () => {
    await chargeInEuros(9_900);
    const first = await pay(settled, totalOf(patient));
    expect(first.paid.exit_granted).toBe(false);
    const second = await pay(settled, 9_900, 'EUR');
    expect(second.paid.exit_granted).toBe(true);
    const state = async (): Promise<[number, string | undefined]> => {
      const { status, text } = await new Visitor(settled).ask(`/passes/${second.paid.id}`);
      return [status, /with this payment; .*?(nothing is due|still due)\./.exec(text)?.[1]];
    };
    expect(await state()).toEqual([200, 'nothing is due']);
    expect((await ask(settled, `/api/passes/${first.paid.id}`)).status).toBe(200);
    await chargeInEuros(1);
    expect(await state()).toEqual([409, 'still due']);
  });

  test('a batch grants the pass only to patients that owe nothing', async () => {
    await pay(settled, totalOf(patient));
    const other = '00000000-0000-4000-8000-000000000001';
    const payments = [patient.id, other].map((patientId) => ({
      patientId,
      amountMinor: 1,
      currency: 'USD',
    }));
    const { body } = await call(`${settled}/api/batches`, {
      method: 'POST',
      token: TOKENS.API_TOKEN,
      body: { payments },
    });
    expect((body as { payments: Paid[] }).payments.map((each) => each.exit_granted)).toEqual([
      true,
      false,
    ]);
  });

  test('an unknown pass stays unknown', async () => {
    const { status, body } = await ask(settled, `/api/passes/${randomUUID()}`);
    expect([status, body]).toMatchObject([404, { code: 'PASS_NOT_FOUND' }]);
  });
});
