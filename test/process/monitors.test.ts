/**
 * Failures of monitors, and wrong suspicions. Aim: payments survive the failure of monitors, a
 * minority deposes no leader, a majority can. Each monitor has its own path to each replica, so
 * that a test can cut it while the replica is healthy and all others reach it.
 */
import type { ManagedProcess } from '../../local/processes/processes.js';
import type { Payment } from '../../shared/contracts/payment.js';
import { eventually } from '../support/eventually.js';
import { MonitorPaths } from './monitor-paths.js';
import { TEST_MS } from './patience.js';
import { Scene } from './scene.js';

const VOTES = 5;

const observes = async (
  scene: Scene,
  monitor: string,
  replica: string,
): Promise<string | undefined> =>
  (await scene.status(scene.system.process(monitor))).replicas.find(({ id }) => id === replica)
    ?.observed;

describe('three monitors', () => {
  let paths: MonitorPaths;
  let scene: Scene;
  beforeAll(async () => {
    paths = await MonitorPaths.open(3, 3);
    scene = await Scene.open({ monitors: 3, ...paths.options });
  }, TEST_MS);
  afterEach(() => scene?.stopLoads(), TEST_MS);
  afterAll(async () => {
    await scene?.close();
    await paths.close();
  }, TEST_MS);

  const monitor = (name: string): ManagedProcess => scene.system.process(name);
  const pays = async (): Promise<[number, string]> => {
    const body = { patientId: scene.patients[0], amountMinor: 15_000, currency: 'USD' };
    const answer = await scene.ask(scene.system.process('patients_1'), '/api/payments', {
      headers: { prefer: 'wait=30' },
      body,
    });
    return [answer.status, (answer.body as Payment).status];
  };

  /** Waits until `name` has voted several times against the leader of `term`. */
  async function keepsVoting(name: string, term: number): Promise<void> {
    const seen = new Set<number>();
    const voted = async (): Promise<boolean> => {
      const { rows } = await scene.pool.query<{ at: Date }>(
        'SELECT cast_at AS at FROM vote WHERE monitor = $1 AND term = $2',
        [name, term],
      );
      rows.forEach(({ at }) => seen.add(at.getTime()));
      return seen.size >= VOTES;
    };
    await eventually(voted, {
      what: `${VOTES} votes of ${name} in term ${term}`,
    });
  }

  test(
    'one of them isolated from a healthy leader: it suspects and votes, without a hand-over',
    async () => {
      const load = scene.load();
      const { leader, term } = await scene.leadership();
      paths.cut('monitor_1', leader ?? '');
      await keepsVoting('monitor_1', term);
      expect(await observes(scene, 'monitor_1', leader ?? '')).toBe('suspect');
      expect(await observes(scene, 'monitor_2', leader ?? '')).toBe('alive');
      expect(await observes(scene, 'monitor_3', leader ?? '')).toBe('alive');
      await load.flows();
      await load.stop();
      expect(await scene.leadership()).toMatchObject({ leader, term });
      expect(new Set(load.requests.map((request) => request.term))).toEqual(new Set([term]));
      paths.heal();
      await scene.settled();
      expect(await scene.leadership()).toMatchObject({ leader, term });
    },
    TEST_MS,
  );

  test(
    'two of them isolated from the leader: another replica leads, and no payment fails',
    async () => {
      const load = scene.load();
      const { leader, term } = await scene.leadership();
      paths.cut('monitor_1', leader ?? '');
      paths.cut('monitor_2', leader ?? '');
      expect((await scene.nextLeadership(term)).leader).not.toBe(leader);
      await load.flows();
      await load.stop();
      expect(load.unsuccessful).toEqual([]);
      expect(await scene.verdict(load.requests)).toEqual([]);
      paths.heal();
      await scene.settled();
    },
    TEST_MS,
  );

  test(
    'leader and one monitor killed together: the other two monitors elect a leader',
    async () => {
      const load = scene.load();
      await load.flows();
      const killed = await scene.leader();
      const { term } = await scene.leadership();
      monitor('monitor_2').kill('SIGKILL');
      killed.kill('SIGKILL');
      expect((await scene.nextLeadership(term)).leader).not.toBe(killed.name);
      await load.flows();
      await load.stop();
      expect(load.unsuccessful).toEqual([]);
      expect(await scene.verdict(load.requests)).toEqual([]);
      await Promise.all([killed.start(), monitor('monitor_2').start()]);
      await scene.settled();
    },
    TEST_MS,
  );

  test(
    'all of them killed: payments continue; when the leader dies too, they wait until a majority of monitors is back',
    async () => {
      const { leader, term } = await scene.leadership();
      for (const each of scene.system.monitors) each.kill('SIGKILL');
      await Promise.all(scene.system.monitors.map((each) => each.exited));
      for (let turn = 0; turn < 10; turn += 1) expect(await pays()).toEqual([201, 'SUCCEEDED']);

      scene.system.process(leader ?? '').kill('SIGKILL');
      const waiting = pays();
      await eventually(async () => (await scene.pending()) === 1, {
        what: 'the payment is accepted',
      });
      await monitor('monitor_1').start();
      await keepsVoting('monitor_1', term);
      expect(await scene.leadership()).toMatchObject({ leader, term });
      await monitor('monitor_3').start();
      expect((await scene.nextLeadership(term)).leader).not.toBe(leader);
      expect([201, 202]).toContain((await waiting)[0]); // It waited at most 30 s.
      expect(await scene.verdict()).toEqual([]);
      expect((await scene.payments()).filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
    },
    TEST_MS,
  );
});

test(
  'control: with a single monitor the same cut deposes the leader',
  async () => {
    const paths = await MonitorPaths.open(1, 2);
    const scene = await Scene.open({
      monitors: 1,
      replicas: 2,
      patients: 0,
      gateway: 'simulated',
      ...paths.options,
    });
    try {
      const { leader, term } = await scene.leadership();
      paths.cut('monitor_1', leader ?? '');
      expect((await scene.nextLeadership(term)).leader).not.toBe(leader);
    } finally {
      await scene.close();
      await paths.close();
    }
  },
  TEST_MS,
);
