/**
 * A planned hand-over on real processes: while the leader finishes, the successor charges the
 * payments that wait, except those behind one that the leader has in flight. The stand-alone
 * gateway's own ledger shows one charge per payment.
 */
import { expect, test } from '@jest/globals';
import type { ManagedProcess } from '../../local/processes/processes.js';
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

/** The first payment is in flight at the leader, which stands down; two more wait. */
interface Begun {
  term: number;
  successor: ManagedProcess;
  handedOver: Promise<Answered>;
  /** The second payment is behind the first one of its patient. */
  paid: Promise<Answered>[];
}

async function beginHandover(): Promise<Begun> {
  await scene.settled();
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
  const before = await scene.metric(successor, CHARGED_EARLY);
  const handedOver = scene.ask(monitor, '/handover', {
    token: 'operator',
    body: { to: successor.name, reason: 'early charges' },
  });
  await eventually(
    async () => (await scene.status(monitor)).replicas.some(({ role }) => role === 'standing-down'),
    { what: 'the leader stands down' },
  );
  paid.push(pay(0), pay(1));
  await eventually(async () => (await scene.pending()) === paid.length, {
    what: 'three pending payments',
  });
  await eventually(async () => (await scene.metric(successor, CHARGED_EARLY)) === before + 1, {
    what: 'one early charge',
  });
  expect((await scene.leadership()).term).toBe(term);
  return { term, successor, handedOver, paid };
}

const getTerms = (answers: readonly Answered[]): number[] =>
  answers.map(({ body }) => (body as { term: number }).term);

test(
  'waiting payments are charged early, and committed in order under the next term',
  async () => {
    const { term, successor, handedOver, paid } = await beginHandover();
    expect(await handedOver).toMatchObject({ status: 200, body: { drained: true } });
    const answers = await Promise.all(paid);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(getTerms(answers)).toEqual([term, term + 1, term + 1]);
    expect(await scene.metric(successor, CHARGED_EARLY)).toBe(1);
    expect(await scene.verdict()).toEqual([]);
    expect(await scene.charges()).toHaveLength(3);
  },
  TEST_MS,
);

test(
  'the successor dies after an early charge: the leader continues, and charges with the same key',
  async () => {
    const { term, successor, handedOver, paid } = await beginHandover();
    successor.kill('SIGKILL');
    await successor.exited;
    expect(await handedOver).toMatchObject({ status: 409, body: { code: 'NO_CANDIDATE' } });
    const answers = await Promise.all(paid);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(getTerms(answers)).toEqual([term, term, term]);
    expect(await scene.verdict()).toEqual([]);
    expect(await scene.charges()).toHaveLength(6);
  },
  TEST_MS,
);
