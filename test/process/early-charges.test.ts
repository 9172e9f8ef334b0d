/**
 * A planned hand-over on real processes: while the leader finishes, the successor charges the
 * payments that wait, except those behind one that the leader has in flight. The stand-alone
 * gateway's own ledger shows one charge per payment.
 */
import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { PATIENT, TEST_MS } from './patience.js';
import { Scene, type Answered } from './scene.js';

/** So long is every charge, ms: the leader finishes while the test looks. */
const SLOW_MS = 3_000;
const CHARGED_EARLY = 'relevo_payments_charged_early_total';

let scene: Scene;

beforeAll(async () => {
  scene = await Scene.open({
    ...{ patients: 1, replicas: 2, monitors: 1 },
    kindEnv: {
      monitor: { HANDOVER_DRAIN_MS: '30000' },
      payments: { ...PATIENT, STAND_DOWN_RESUME_MS: '60000', GATEWAY_TIMEOUT_MS: '20000' },
    },
  });
}, TEST_MS);
afterAll(() => scene?.close(), TEST_MS);

/** @param patient index. @returns the answer after the outcome. */
const pay = (patient: number): Promise<Answered> =>
  scene.ask(scene.system.process('patients_1'), '/api/payments', {
    headers: { prefer: 'wait=30' },
    body: { patientId: scene.patients[patient], amountMinor: 100, currency: 'USD' },
  });

const countPending = (count: number): Promise<unknown> =>
  eventually(async () => (await scene.pending()) === count, { what: `${count} pending payments` });

test(
  'waiting payments are charged early, and committed in order under the next term',
  async () => {
    await scene.gatewayFaults({ slowMs: SLOW_MS });
    const [monitor] = scene.system.monitors;
    const leader = await scene.leader();
    const successor = scene.system.replicas.find(({ name }) => name !== leader.name);
    if (!monitor || !successor) throw new Error('the system has another form');
    const { term } = await scene.leadership();
    const paid = [pay(0)];
    await eventually(async () => (await scene.metric(leader, 'relevo_parcels_in_flight')) > 0, {
      what: 'the leader has a payment in flight',
    });
    const handedOver = scene.ask(monitor, '/handover', {
      token: 'operator',
      body: { to: successor.name, reason: 'early charges' },
    });
    await eventually(
      async () =>
        (await scene.status(monitor)).replicas.some(({ role }) => role === 'standing-down'),
      { what: 'the leader stands down' },
    );
    paid.push(pay(0), pay(1));
    await countPending(3);
    await eventually(async () => (await scene.metric(successor, CHARGED_EARLY)) === 1, {
      what: 'one early charge',
    });
    expect((await scene.leadership()).term).toBe(term);
    expect(await handedOver).toMatchObject({ status: 200, body: { drained: true } });
    const answers = await Promise.all(paid);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const terms = answers.map(({ body }) => (body as { term: number }).term);
    expect(terms).toEqual([term, term + 1, term + 1]);
    expect(await scene.metric(successor, CHARGED_EARLY)).toBe(1);
    expect(await scene.verdict()).toEqual([]);
    expect(await scene.charges()).toHaveLength(3);
  },
  TEST_MS,
);
