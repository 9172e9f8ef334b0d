/**
 * A bill with charges in two currencies: each is shown, paid and settled separately. With real
 * engines.
 */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import type { Visitor } from '../security/visitor.js';
import { eventually } from '../../support/eventually.js';
import { TOKENS } from './setup.js';
import {
  identified,
  patient,
  payForm,
  paymentsOf,
  send,
  setup,
  somebodyLeads,
  totalOf,
} from './staff-stage.js';

interface CurrencyBill {
  currency: string;
  totalMinor: number;
  paidMinor: number;
  dueMinor: number;
}

let url: string;
beforeAll(async () => {
  ({ url } = await setup.start());
  await somebodyLeads();
});

async function chargeInEuros(amountMinor: number): Promise<void> {
  const text = `INSERT INTO charge (id, patient_id, kind, description, amount_minor, currency) VALUES ($1, $2, 'exam', 'Scan', $3, 'EUR')`;
  await setup.pool.query(text, [randomUUID(), patient.id, amountMinor]);
}

async function bill(): Promise<CurrencyBill & { bills: CurrencyBill[] }> {
  const answered = await fetch(`${url}/api/patients/${patient.id}/bill`, {
    headers: { Authorization: `Bearer ${TOKENS.API_TOKEN}` },
  });
  return (await answered.json()) as CurrencyBill & { bills: CurrencyBill[] };
}

const dues = async (): Promise<[string, number][]> =>
  (await bill()).bills.map(({ currency, dueMinor }) => [currency, dueMinor]);

/** Submits a form of the bill and waits until its payment is final. @returns the receipt. */
async function pay(visitor: Visitor, form: Record<string, string>): Promise<string> {
  const { status, headers } = await send(visitor, form);
  expect(status).toBe(303);
  return eventually(
    async () => {
      const { text } = await visitor.ask(headers.get('location') ?? '');
      return text.includes('Exit pass') ? text : null;
    },
    { what: 'the receipt' },
  );
}

/** The form of the second currency on the page, without the others. */
async function secondForm(visitor: Visitor): Promise<Record<string, string>> {
  const { text } = await visitor.ask('/bill');
  const form = text.slice(text.indexOf('id="pay-2"'));
  const value = (name: string): string =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(form)?.[1] ?? '';
  return { ...(await payForm(visitor)), key: value('key'), shown: value('shown') };
}

test('a charge in a second currency stays due when the first currency is paid, on the page, in the API and on the receipt', async () => {
  await chargeInEuros(9_900);
  const visitor = await identified(url);
  const receipt = await pay(visitor, await payForm(visitor));
  expect(receipt).toContain('<dt>Still due</dt><dd>$0.00</dd>');
  const { text } = await visitor.ask('/bill');
  expect(text).toMatch(/In EUR[^]*<dt>Due<\/dt><dd>€99\.00<\/dd>/);
  const { currency, dueMinor } = await bill();
  expect([currency, dueMinor, await dues()]).toEqual([
    'USD',
    0,
    [
      ['USD', 0],
      ['EUR', 9_900],
    ],
  ]);
});

test('each currency has its own form and key: both are paid from one page, each once', async () => {
  await chargeInEuros(9_900);
  const visitor = await identified(url);
  const [first, second] = [await payForm(visitor), await secondForm(visitor)];
  expect([second['shown'], first['key'] === second['key']]).toEqual(['9900', false]);
  const receipt = await pay(visitor, first);
  expect(receipt).toContain('<dt>Still due</dt><dd>$0.00</dd>');
  expect(await pay(visitor, second)).toContain('<dt>Still due</dt><dd>€0.00</dd>');
  expect((await send(visitor, second)).status).toBe(303);
  expect(await paymentsOf(patient.id)).toMatchObject([
    { amountMinor: totalOf(patient) },
    { amountMinor: 9_900 },
  ]);
  expect(await dues()).toEqual([
    ['USD', 0],
    ['EUR', 0],
  ]);
});

test('a free payment beyond the bill is a credit in its currency, on the page and in the API', async () => {
  const creditMinor = 21_129;
  const answered = await fetch(`${url}/api/payments`, {
    method: 'POST',
    headers: {
      'Authorization': `Bearer ${TOKENS.API_TOKEN}`,
      'Content-Type': 'application/json',
      'Prefer': 'wait=20',
    },
    body: JSON.stringify({
      patientId: patient.id,
      amountMinor: totalOf(patient) + creditMinor,
      currency: 'USD',
    }),
  });
  expect(answered.status).toBe(201);
  await chargeInEuros(9_900);
  const { bills } = await bill();
  expect(bills).toMatchObject([
    { currency: 'USD', dueMinor: 0, creditMinor },
    { currency: 'EUR', dueMinor: 9_900, creditMinor: 0 },
  ]);
  const { text } = await (await identified(url)).ask('/bill');
  expect(text).toContain('<dt>Credit</dt><dd>$211.29</dd>');
  expect(text.match(/<dt>Credit<\/dt>/g)).toHaveLength(1);
});
