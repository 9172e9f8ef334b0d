/**
 * Real monitors and replicas on a slow machine: all replicas freeze briefly, again and again, while
 * clients pay and all monitors restart with another configuration, as when a replica is added or
 * removed. Aim: such a change causes at most one hand-over, and a kill exactly one. Unlike in the
 * other files, the monitors use their default time-outs.
 */
import type { ManagedProcess } from '../../local/processes/processes.js';
import { sleep } from '../../shared/clock.js';
import { eventually } from '../support/eventually.js';
import { TEST_MS } from './patience.js';
import { Scene } from './scene.js';

const USUAL = { BEAT_TIMEOUT_MS: '400', GRAY_MS: '10000', STALL_MS: '60000' };
/**
 * Length of each silence, in ms: too long to count as a false alarm, half of the time tolerated
 * when several replicas are silent.
 */
const LATE_MS = 1_500;
const TIMES = 4;

describe('a slow machine', () => {
  let scene: Scene;
  let everybody = '';
  beforeAll(async () => {
    scene = await Scene.open({
      monitors: 3,
      replicas: 4,
      kindEnv: { monitor: USUAL },
      serviceEnv: (_name, kind, usual) => {
        if (kind === 'monitor') everybody = usual['REPLICAS'] ?? '';
        return {};
      },
    });
  }, TEST_MS);
  afterEach(() => scene?.stopLoads(), TEST_MS);
  afterAll(() => scene?.close(), TEST_MS);

  /**
   * Freezes and thaws all replicas. The order changes with each turn, because the result must not
   * depend on the first one thawed.
   */
  async function late(replicas: readonly ManagedProcess[], turn: number): Promise<void> {
    const order = [
      ...replicas.slice(turn % replicas.length),
      ...replicas.slice(0, turn % replicas.length),
    ];
    for (const replica of order) replica.freeze();
    await sleep(LATE_MS);
    for (const replica of order) replica.thaw();
    await sleep(LATE_MS / 3);
  }

  const restartMonitors = (replicas: string): Promise<unknown> =>
    Promise.all(
      scene.system.monitors.map((monitor) => {
        monitor.instruct({ REPLICAS: replicas });
        return monitor.restart();
      }),
    );
  const withoutLast = (): string => everybody.split(',').slice(0, -1).join(',');
  const termNow = async (): Promise<number> => (await scene.leadership()).term;

  /** Changes the configuration while all replicas are late. @returns the number of hand-overs. */
  async function reconfigure(replicas: string): Promise<number> {
    const term = await termNow();
    const load = scene.load();
    let left = Infinity;
    const restarted = restartMonitors(replicas).finally(() => (left = TIMES));
    for (let turn = 0; left > 0; turn += 1, left -= 1)
      await late(scene.system.replicas.slice(0, 3), turn);
    await restarted;
    await load.flows();
    await load.stop();
    expect(load.unsuccessful).toEqual([]);
    await scene.settled();
    return (await scene.elections()).filter((election) => election.term > term).length;
  }

  test(
    'a replica is removed: at most one hand-over',
    async () => {
      const last = scene.system.process('server_4');
      await last.stop();
      await scene.settled();
      expect(await reconfigure(withoutLast())).toBeLessThanOrEqual(1);
    },
    TEST_MS,
  );

  test(
    'a replica is added: at most one hand-over',
    async () => {
      await scene.system.process('server_4').start();
      expect(await reconfigure(everybody)).toBeLessThanOrEqual(1);
    },
    TEST_MS,
  );

  test(
    'a kill, and all replicas late while the next leader takes over: exactly one hand-over',
    async () => {
      const load = scene.load();
      await load.flows();
      const term = await termNow();
      const killed = await scene.leader();
      killed.kill('SIGKILL');
      const next = await scene.nextLeadership(term);
      for (let turn = 0; turn < TIMES; turn += 1)
        await late(
          scene.system.replicas.filter(({ up }) => up),
          turn,
        );
      await load.flows();
      await load.stop();
      expect(load.unsuccessful).toEqual([]);
      expect(await scene.leadership()).toMatchObject({ term: next.term, leader: next.leader });
      expect(next.term).toBe(term + 1);
      await killed.start();
      await eventually(async () => (await scene.pending()) === 0, {
        what: 'all payments are final',
      });
      expect(await scene.verdict()).toEqual([]);
    },
    TEST_MS,
  );
});
