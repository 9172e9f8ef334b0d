/**
 * Failures of the leader: killed in the middle of a batch, stopped gracefully, handed over,
 * drained. Aim: clients notice nothing, and every payment has one row, one charge and one outcome.
 * One system for the whole file; each fault heals before the next.
 */
import type { Batch } from '../../shared/contracts/batch.js';
import type { ManagedProcess } from '../../local/processes/processes.js';
import { eventually } from '../support/eventually.js';
import { TEST_MS } from './patience.js';
import { Scene, type Answered } from './scene.js';

let scene: Scene;
beforeAll(async () => {
  // A charge takes 100 to 300 ms, so that clients under load have payments in flight. On a busy
  // machine a charge may take much longer; calls must not time out, because a lookup by key would
  // be another scenario.
  scene = await Scene.open({
    kindEnv: { gateway: { GATEWAY_LATENCY_MS: '200' }, payments: { GATEWAY_TIMEOUT_MS: '30000' } },
  });
}, TEST_MS);
afterEach(() => scene?.stopLoads(), TEST_MS);
afterAll(() => scene?.close(), TEST_MS);

const operate = (path: string, body: unknown): Promise<Answered> =>
  scene.ask(scene.system.monitors[0] as ManagedProcess, path, { token: 'operator', body });
const setState = (replica: ManagedProcess, state: string): Promise<Answered> =>
  operate(`/replicas/${replica.name}/state`, { state, reason: 'a test' });
const shownOf = async (replica: ManagedProcess) =>
  (await scene.status(scene.system.monitors[0] as ManagedProcess)).replicas.find(
    ({ id }) => id === replica.name,
  );
const kindOf = async (wanted: number): Promise<string | undefined> =>
  (await scene.elections()).find(({ term }) => term === wanted)?.kind;

interface Killed {
  leader: ManagedProcess;
  bootId: string | null;
  term: number;
  answer: Answered;
  /** Payments of the batch. */
  ids: string[];
  /**
   * Those that were not final when the leader died. `chargedInVain`: those of them whose money had
   * moved.
   */
  pending: string[];
  chargedInVain: string[];
}

/** Sends 230 payments and kills the leader when some of them are charged and none is committed. */
async function killInMidBatch(key: string): Promise<Killed> {
  const leader = await scene.leader();
  const { bootId, term } = await scene.leadership();
  const { answer, ...killed } = await scene.whileCommitsWait(() => killWhenCharged(key, leader));
  return { leader, bootId, term, ...killed, answer: await answer, ids: await scene.batchIds(key) };
}

/** @returns the answer as a promise: it resolves when commits are no longer blocked. */
async function killWhenCharged(key: string, leader: ManagedProcess) {
  const answer = scene.ask(scene.system.patients[0] as ManagedProcess, '/api/batches', {
    headers: { 'idempotency-key': key },
    body: { count: 230 },
  });
  const chargedAndPending = async (): Promise<string[]> => {
    const charged = new Set((await scene.charges()).map((charge) => charge.key));
    return (await scene.batchIds(key, true)).filter((id) => charged.has(id));
  };
  await eventually(async () => (await chargedAndPending()).length >= 20, {
    what: '20 charges without a commit',
  });
  await scene.killBeforeItCommits(leader);
  return {
    answer,
    pending: await scene.batchIds(key, true),
    chargedInVain: await chargedAndPending(),
  };
}

test(
  'leader killed in the middle of a batch of 230: 230 rows, one charge each, all SUCCEEDED, finished by the next leader',
  async () => {
    const { leader, bootId, term, answer, ids, pending, chargedInVain } =
      await killInMidBatch('killed');
    // It died between charge and commit, as intended.
    expect(chargedInVain.length).toBeGreaterThan(0);

    expect(answer.status).toBe(200);
    expect(answer.body as Batch).toMatchObject({
      sent: 230,
      succeeded: 230,
      declined: 0,
      failed: 0,
      pending: 0,
      availability: 1,
    });
    expect(new Set(ids).size).toBe(230);
    const rows = new Map((await scene.payments()).map((row) => [row.id, row]));
    for (const id of pending) {
      expect(rows.get(id)?.term).toBeGreaterThan(term);
      expect(rows.get(id)?.processedBy).not.toBe(leader.name);
    }
    expect(await kindOf(term + 1)).toBe('kill');
    expect(await scene.verdict()).toEqual([]);

    await leader.start();
    await scene.settled();
    const returned = await shownOf(leader);
    expect(returned?.role).toBe('standby');
    expect(returned?.bootId).not.toBe(bootId);
  },
  TEST_MS,
);

test(
  'leader stopped by SIGTERM under load: it announces its end, and no payment is lost or fails',
  async () => {
    const load = scene.load();
    await load.flows();
    const { term } = await scene.leadership();
    const leader = await scene.leader();
    await leader.stop();
    expect(await leader.exited).toMatchObject({ code: 0, signal: null });
    await scene.nextLeadership(term);
    await load.flows();
    await load.stop();
    expect(await kindOf(term + 1)).toBe('left');
    expect(load.unsuccessful).toEqual([]);
    expect(await scene.verdict(load.requests)).toEqual([]);
    await leader.start();
    await scene.settled();
  },
  TEST_MS,
);

test(
  'leadership handed over three times under load: no payment fails, and the payments of each patient keep their order',
  async () => {
    const load = scene.load({ clients: 12, patients: 2, pauseMs: 0 });
    const before = await scene.leadership();
    for (let turn = 1; turn <= 3; turn += 1) {
      await load.flows();
      const { leader, term } = await scene.leadership();
      const answer = await operate('/handover', { reason: `turn ${turn}` });
      expect([answer.status, answer.body]).toMatchObject([
        200,
        { previous: leader, term: term + 1 },
      ]);
      expect((answer.body as { leader: string }).leader).not.toBe(leader);
      await scene.settled();
    }
    await load.flows();
    await load.stop();
    expect(load.unsuccessful).toEqual([]);
    expect(
      (await scene.elections()).filter(({ term }) => term > before.term).map(({ kind }) => kind),
    ).toEqual(['planned', 'planned', 'planned']);
    expect(await scene.verdict(load.requests)).toEqual([]);
  },
  TEST_MS,
);

test(
  'leader drained under load: another replica leads, and the drained one is not elected, not even by name',
  async () => {
    const load = scene.load();
    await load.flows();
    const drained = await scene.leader();
    expect((await setState(drained, 'drain')).status).toBe(200);
    const { leader, term } = await scene.leadership();
    expect(leader).not.toBe(drained.name);
    const named = await operate('/handover', { to: drained.name, reason: 'a test' });
    expect([named.status, named.body]).toMatchObject([409, { code: 'NO_CANDIDATE' }]);
    expect((await scene.leadership()).term).toBe(term);
    await load.flows();
    await load.stop();
    expect(load.unsuccessful).toEqual([]);
    expect(await scene.verdict(load.requests)).toEqual([]);
    expect((await setState(drained, 'ready')).status).toBe(200);
  },
  TEST_MS,
);

test(
  'replica in maintenance: never elected when the leader dies, not even as the last replica',
  async () => {
    const leader = await scene.leader();
    const { term } = await scene.leadership();
    const [resting, third] = scene.system.replicas.filter((replica) => replica !== leader) as [
      ManagedProcess,
      ManagedProcess,
    ];
    expect((await setState(resting, 'maint')).status).toBe(200);
    leader.kill('SIGKILL');
    expect((await scene.nextLeadership(term)).leader).toBe(third.name);

    third.kill('SIGKILL');
    const phase = async (): Promise<string | undefined> =>
      (await scene.status(scene.system.monitors[0] as ManagedProcess)).partitions[0]?.phase;
    await eventually(async () => (await phase()) === 'no-candidate', {
      what: 'the monitor has no candidate',
    });
    expect((await scene.leadership()).leader).toBe(third.name);
    expect((await shownOf(resting))?.role).toBe('standby');

    expect((await setState(resting, 'ready')).status).toBe(200);
    expect((await scene.nextLeadership(term + 1)).leader).toBe(resting.name);
    await Promise.all([leader.start(), third.start()]);
    await scene.settled();
  },
  TEST_MS,
);

describe('gateway', () => {
  test(
    'answer lost after the charge: one charge, SUCCEEDED',
    async () => {
      await scene.gatewayFaults({ loseAnswers: 5 });
      const answer = await scene.ask(scene.system.patients[0] as ManagedProcess, '/api/batches', {
        body: { count: 20 },
      });
      expect(answer.body as Batch).toMatchObject({ sent: 20, succeeded: 20 });
      expect((await scene.ask(scene.gateway, '/faults', { token: 'internal' })).body).toMatchObject(
        { loseAnswers: 0 },
      ); // Five were lost.
      expect(await scene.verdict()).toEqual([]);
    },
    TEST_MS,
  );

  /** The last test of the file, because the double charges stay in the ledger. */
  test(
    'control: one that ignores idempotency keys charges twice when the leader is killed, and the checkers find it',
    async () => {
      await scene.gatewayFaults({ ignoreKeys: true });
      const { leader, chargedInVain } = await killInMidBatch('charged twice');
      await leader.start();
      const [violation, ...others] = await scene.verdict();
      expect([violation?.rule, others]).toEqual(['charged-twice', []]);
      expect(violation?.ids).toEqual(expect.arrayContaining(chargedInVain));
    },
    TEST_MS,
  );
});
