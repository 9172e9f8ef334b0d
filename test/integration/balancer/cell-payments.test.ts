/**
 * The judgement of a cell's payments on a real database: a bill that was paid once is no finding, a
 * planted second payment is one, and the next cell judges only its own payments.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PaymentFlow } from '../../../experiments/balancer/flow.js';
import { judgePayments, openBills } from '../../../experiments/sessions/payments.js';
import { seedPatient } from '../../../prisma/seed-data.js';
import { startFakeLeader, type FakeLeader } from '../patients/fake-leader.js';
import { createSetup, type Setup } from '../patients/setup.js';

const { signal } = new AbortController();
let setup: Setup;
let leader: FakeLeader;
let url: string;

beforeAll(async () => {
  setup = await createSetup();
  ({ url } = await setup.start({ STAFF_SIGN_IN: 'off' }));
  leader = await startFakeLeader(setup);
});
afterAll(async () => {
  await leader.stop();
  await setup.end();
});

async function pay(patient: number, amount?: string): Promise<void> {
  const flow = new PaymentFlow({ url, patient, ...(amount === undefined ? {} : { amount }) });
  expect(await flow.complete()).toBe(true);
  flow.close();
}

test('one payment per bill is no finding, two payments of a patient are; each cell by itself', async () => {
  const first = await openBills(setup.pool, [1, 2]);
  await pay(1);
  await pay(2, '0.01');
  expect(await judgePayments(setup.pool, first, signal)).toEqual([]);
  await pay(2, '0.02');
  expect(await judgePayments(setup.pool, first, signal)).toEqual([seedPatient(2).id]);
  const second = await openBills(setup.pool, [1, 2]);
  // The charge of the second cell; the first bill was paid.
  expect(second.dueMinor.get(seedPatient(1).id)).toBe(1_000);
  await pay(1);
  expect(await judgePayments(setup.pool, second, signal)).toEqual([]);
});
