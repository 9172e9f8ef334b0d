/**
 * The flow of the lab on the real pages: it completes, names the instance of each step, and notices
 * a session that its instance does not have.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PaymentFlow } from '../../../experiments/balancer/flow.js';
import { startFakeLeader, type FakeLeader } from '../patients/fake-leader.js';
import { createSetup, type Setup } from '../patients/setup.js';

const ENV = { STAFF_SIGN_IN: 'off', SESSION_STORE: 'memory' };
let setup: Setup;
let leader: FakeLeader;
let url: string;

beforeAll(async () => {
  setup = await createSetup();
  ({ url } = await setup.start(ENV));
  leader = await startFakeLeader(setup);
});
afterAll(async () => {
  await leader.stop();
  await setup.end();
});

test('from the identification to the exit pass; the bill is paid once', async () => {
  const flow = new PaymentFlow({ url, patient: 1 });
  const seen: string[] = [];
  expect(await flow.complete({ before: (name) => void seen.push(name) })).toBe(true);
  expect(seen).toEqual(['form', 'identify', 'bill', 'pay', 'payment', 'pass']);
  expect(flow.steps.map(({ error }) => error)).toEqual(flow.steps.map(() => null));
  expect(new Set(flow.steps.map(({ instance }) => instance))).toEqual(new Set(['patients_1']));
  const { rows } = await setup.pool.query('SELECT id, accepted_by FROM payment');
  expect(rows).toEqual([{ id: flow.paymentId, accepted_by: 'patients_1' }]);
  // The bill is settled: its page has no form.
  await flow.perform('bill');
  expect(await flow.perform('pay')).toMatchObject({ status: null, error: 'NO_FORM' });
  flow.close();
});

test('a part of the bill; cleared cookies lose the session', async () => {
  const flow = new PaymentFlow({ url, patient: 2, amount: '0.01' });
  const clear = (name: string): void => {
    if (name === 'pass') flow.browser.clearCookies();
  };
  // A pass needs no session.
  expect(await flow.complete({ before: clear })).toBe(true);
  expect(await flow.perform('bill')).toMatchObject({ error: 'SESSION_LOST', sessionLost: true });
  expect(flow.sessionLost).toBe(true);
  flow.close();
});

test('no answer is an error of the step, and ends the flow', async () => {
  const flow = new PaymentFlow({ url: 'http://127.0.0.1:9', patient: 3 });
  expect(await flow.complete()).toBe(false);
  expect(flow.steps).toMatchObject([{ name: 'form', status: null, error: 'ECONNREFUSED' }]);
  flow.close();
});
