/**
 * A rolling restart of a whole system with measurement rounds on a real ensemble: devices, the API
 * and the members are new processes, a majority of the members runs at every time, and the rounds
 * continue with all devices.
 */
import { readRoundState } from '../../../local/rolling/restart-member.js';
import { performStep } from '../../../local/rolling/perform.js';
import { OperatorCalls } from '../../../local/rolling/operator-calls.js';
import { Restarts } from '../../../local/rolling/restarts.js';
import type { RestartStep } from '../../../shared/contracts/rolling-restart.js';
import type { LeadingAnswer, SeriesRound } from '../../../shared/contracts/measurements.js';
import { changeSettings, withEnsemble } from '../../../shared/zookeeper/settings.js';
import { sleep } from '../../../shared/clock.js';
import { eventually } from '../../support/eventually.js';
import { describeWith } from '../../support/tools.js';
import { PATIENCE_MS, TEST_MS } from '../patience.js';
import { Scene } from '../scene.js';

const REPLICAS = 2;
const POLL_MS = 5;
/** Of three members. */
const MAJORITY = 2;

let scene: Scene;
let restarts: Restarts;

async function ask<T>(path: string): Promise<T> {
  return (await (await fetch(`${scene.system.measurements?.url}${path}`)).json()) as T;
}
const readRounds = async (): Promise<SeriesRound[]> =>
  (await ask<{ rounds: SeriesRound[] }>('/series?last=1000')).rounds;

/** Waits for a later round with the measurements of all devices. */
async function waitForFullRound(): Promise<void> {
  const before = (await readRounds()).at(-1)?.round ?? 0;
  await eventually(
    async () =>
      (await readRounds()).some(({ round, devices }) => round > before && devices === REPLICAS),
    { what: 'a round with all devices' },
  );
}

const countServing = async (): Promise<number> =>
  (await readRoundState(scene.system)).members.filter(
    ({ role }) => role === 'leader' || role === 'follower',
  ).length;

/** The smallest number of running members until it is stopped. */
async function watchMembers(stop: AbortSignal): Promise<number> {
  let least = Infinity;
  while (!stop.aborted) {
    least = Math.min(least, scene.system.ensemble.filter(({ up }) => up).length);
    await sleep(POLL_MS);
  }
  return least;
}

const toMemberStep = (name: string): RestartStep => ({
  name,
  kind: 'member',
  does: 'restart',
  expectedMs: 1,
  deadlineMs: PATIENCE_MS,
});

describeWith('zookeeper', 'a rolling restart with measurement rounds', () => {
  beforeAll(async () => {
    scene = await Scene.open({
      replicas: REPLICAS,
      gateway: 'simulated',
      measurements: true,
    });
    const servers = scene.system.ensemble.map(({ url }) => url).join(',');
    await withEnsemble(servers, PATIENCE_MS, (zk) =>
      changeSettings(zk, { samplingPeriod: '0.5', apiUrl: null }),
    );
    restarts = new Restarts({ system: scene.system });
    await waitForFullRound();
  }, TEST_MS);
  afterAll(async () => {
    await restarts?.end();
    await scene?.close();
  }, TEST_MS);

  test('the plan restarts each leader after the others', async () => {
    await eventually(
      async () => {
        const { device } = await ask<LeadingAnswer>('/epochs');
        const { members } = await readRoundState(scene.system);
        const leader = members.find(({ role }) => role === 'leader')?.name;
        const steps = await restarts.plan();
        const findLast = (kind: RestartStep['kind']): string | undefined =>
          steps.findLast((step) => step.kind === kind)?.name;
        return leader && findLast('device') === device && findLast('member') === leader;
      },
      // A busy member answers late, so that its role is unknown.
      { what: 'a plan with each leader at the end' },
    );
  });

  test(
    'every process is a new one, a majority always runs, and the rounds continue',
    async () => {
      const { system } = scene;
      const before = system.pids();
      const { epoch } = await ask<LeadingAnswer>('/epochs');
      const stop = new AbortController();
      const watching = watchMembers(stop.signal);
      const record = await restarts.start('test');
      await eventually(() => record.state !== 'running', {
        what: 'the restart has ended',
        deadlineMs: TEST_MS / 2,
      });
      stop.abort();
      expect([record.state, record.steps.find(({ problem }) => problem)]).toEqual([
        'done',
        undefined,
      ]);
      expect(await watching).toBe(MAJORITY);
      const kept = Object.keys(before).filter((name) => system.pids()[name] === before[name]);
      expect(kept.toSorted()).toEqual(['postgres', 'redis']);
      expect(await countServing()).toBe(system.ensemble.length);
      await waitForFullRound();
      const numbers = (await readRounds()).map(({ round }) => round);
      expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      expect((await ask<LeadingAnswer>('/epochs')).epoch).toBeGreaterThan(epoch);
    },
    TEST_MS,
  );

  test(
    'a member is not restarted while another one does not serve; afterwards it is',
    async () => {
      const { system } = scene;
      const [first, second] = system.ensemble as [
        (typeof system.ensemble)[number],
        (typeof system.ensemble)[number],
      ];
      const performing = {
        system,
        calls: new OperatorCalls([], system.tokens.operator, null),
        reason: 'test',
        isKept: () => Promise.resolve(false),
      };
      const signal = AbortSignal.timeout(PATIENCE_MS);
      await first.stop();
      const { pid } = second;
      await expect(performStep(performing, toMemberStep(second.name), signal)).rejects.toThrow(
        `${first.name} does not serve`,
      );
      expect(second.pid).toBe(pid);
      await first.start();
      await performStep(performing, toMemberStep(second.name), signal);
      expect([second.pid === pid, await countServing()]).toEqual([false, system.ensemble.length]);
      await waitForFullRound();
    },
    TEST_MS,
  );
});
