/**
 * A fault of the storage in a schedule: it begins when all parts of its kind work, names the part
 * that it chose, and lasts until they work again. The parts here are records; the real ones are in
 * test/process/standby/.
 */
import { describe, expect, test } from '@jest/globals';
import { SCHEDULED_FAULTS } from '../../../../experiments/faults/faults.js';
import { Injector, type InjectedFault } from '../../../../experiments/faults/injector.js';
import type { Cluster } from '../../../../experiments/system/cluster.js';
import { seededRandom } from '../../../../shared/random.js';
import { eventually } from '../../../support/eventually.js';

interface Member {
  name: string;
  up: boolean;
}

const sentinelKilled = SCHEDULED_FAULTS.find(({ kind }) => kind === 'sentinel-killed')!;

/** Three Sentinels; a started one is up when `mayReturn` is set. */
function setUp(firstIsUp = true) {
  const state = { mayReturn: true };
  const sentinels = ['sentinel_1', 'sentinel_2', 'sentinel_3'].map((name, index) => {
    const member: Member = { name, up: index > 0 || firstIsUp };
    return Object.assign(member, {
      kill: () => void (member.up = false),
      exited: Promise.resolve(),
      start: async () => void (member.up = state.mayReturn),
    });
  });
  const cluster = {
    system: { databaseCluster: null, redisGroup: { sentinels } },
    beforeClose: () => undefined,
  } as unknown as Cluster;
  const injector = new Injector(cluster, new AbortController().signal);
  const inject = (durationMs: number) =>
    injector.inject(sentinelKilled, { target: 'sentinel', durationMs, random: seededRandom(1) });
  return { state, sentinels, injector, inject };
}

describe('a fault of the storage', () => {
  test('names the part that it chose; its heal starts it', async () => {
    const { sentinels, injector, inject } = setUp();
    const fault = (await inject(Infinity)) as InjectedFault;
    expect(fault).toMatchObject({ injected: true, window: { target: 'sentinel_1' } });
    expect(sentinels[0]!.up).toBe(false);
    await fault.heal();
    expect([sentinels[0]!.up, injector.failures]).toEqual([true, []]);
  });

  test('begins when all parts of its kind work', async () => {
    const { sentinels, inject } = setUp(false);
    let isDecided = false;
    const injected = inject(Infinity).finally(() => (isDecided = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([isDecided, sentinels[1]!.up]).toEqual([false, true]);
    sentinels[0]!.up = true;
    expect(await injected).toMatchObject({ injected: true });
  });

  test('lasts until all parts of its kind work again', async () => {
    const { state, sentinels, inject } = setUp();
    state.mayReturn = false;
    const fault = (await inject(0)) as InjectedFault;
    let isHealed = false;
    void fault.healed.then(() => (isHealed = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([isHealed, fault.window.healedMs]).toEqual([false, null]);
    sentinels[0]!.up = true;
    await eventually(() => isHealed, { what: 'the fault is healed' });
    expect(fault.window.healedMs).not.toBeNull();
  });

  test('that ends with the run waits for no part', async () => {
    const { state, injector, inject } = setUp();
    state.mayReturn = false;
    await inject(Infinity);
    expect(await injector.healAll()).toEqual([]);
  });
});
