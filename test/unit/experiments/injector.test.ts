/**
 * The injector with recorded faults: accepted and refused targets, and healing on every exit path.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { FaultDefinition } from '../../../experiments/faults/fault.js';
import { Injector } from '../../../experiments/faults/injector.js';
import type { Cluster } from '../../../experiments/system/cluster.js';
import { seededRandom } from '../../../shared/random.js';

const random = seededRandom(1);
const LONG = Infinity;

let happened: string[];
let closing: (() => Promise<unknown>)[];
let cluster: Cluster;
let interruption: AbortController;
let injector: Injector;
beforeEach(() => {
  happened = [];
  closing = [];
  cluster = {
    beforeClose: (step: () => Promise<unknown>) => void closing.push(step),
  } as Cluster;
  interruption = new AbortController();
  injector = new Injector(cluster, interruption.signal);
});

const fault = (kind: string, rest: Partial<FaultDefinition> = {}): FaultDefinition => ({
  kind,
  purpose: 'test',
  targets: () => ['a', 'b', 'a-b', 'a>b', 'b>a'],
  inject: async (_cluster, { target }) => {
    happened.push(`${kind} ${target}`);
    return async () => void happened.push(`heal ${kind} ${target}`);
  },
  ...rest,
});
const inject = (what: FaultDefinition, target: string, durationMs = LONG) =>
  injector.inject(what, { target, durationMs, random });

async function injectOrFail(what: FaultDefinition, target: string, durationMs = LONG) {
  const outcome = await inject(what, target, durationMs);
  if (!outcome.injected) throw new Error(`refused: ${outcome.reason}`);
  return outcome;
}

describe('an injection', () => {
  test('is healed at the end of its time, and its window has the times', async () => {
    const before = performance.timeOrigin + performance.now();
    const { window, healed } = await injectOrFail(fault('kill'), 'a', 30);
    expect(window.healedMs).toBeNull();
    await healed;
    expect(happened).toEqual(['kill a', 'heal kill a']);
    expect(window.atMs).toBeGreaterThanOrEqual(before);
    expect(window.healedMs).toBeGreaterThanOrEqual(window.atMs + 29);
    expect(injector.windows).toEqual([window]);
  });

  test('is healed early on request, once', async () => {
    const { heal, window } = await injectOrFail(fault('kill'), 'a');
    await Promise.all([heal(), heal()]);
    expect(happened).toEqual(['kill a', 'heal kill a']);
    expect(window.healedMs).not.toBeNull();
  });

  test('that fails is refused with its reason, and its target remains free', async () => {
    const failing = fault('kill', { inject: () => Promise.reject(new Error('a does not run')) });
    expect(await inject(failing, 'a')).toEqual({
      injected: false,
      kind: 'kill',
      target: 'a',
      reason: 'a does not run',
    });
    expect(injector.busyWith('a')).toBeNull();
    expect(injector.windows).toEqual([]);
    expect(injector.refused).toHaveLength(1);
  });

  test('into an unsuitable target is refused', async () => {
    expect(await inject(fault('kill'), 'nobody')).toMatchObject({
      injected: false,
      reason: 'kill cannot be injected into nobody here',
    });
  });

  test('without anything to heal ends at once', async () => {
    const { healed, window } = await injectOrFail(
      fault('planned', { inject: () => Promise.resolve(null) }),
      'a',
    );
    await healed;
    expect(window.healedMs).toBeNull();
    expect(injector.busyWith('a')).toBeNull();
  });
});

describe('two concurrent injections', () => {
  test('into one target: the second is refused and reported until the first is healed', async () => {
    const { heal } = await injectOrFail(fault('freeze'), 'a');
    expect(await inject(fault('kill'), 'a')).toMatchObject({
      injected: false,
      reason: 'a is busy with freeze',
    });
    await heal();
    expect(await inject(fault('kill'), 'a')).toMatchObject({ injected: true });
    expect(happened).toEqual(['freeze a', 'heal freeze a', 'kill a']);
  });

  test('into two targets, or a process and its link: both are active', async () => {
    await injectOrFail(fault('freeze'), 'a');
    await injectOrFail(fault('kill'), 'b');
    await injectOrFail(fault('partition'), 'a-b');
    expect(happened).toEqual(['freeze a', 'kill b', 'partition a-b']);
  });

  test('into a link: both ways and one way exclude each other, the two single ways do not', async () => {
    const { heal } = await injectOrFail(fault('partition'), 'a-b');
    expect(await inject(fault('latency'), 'b>a')).toMatchObject({
      injected: false,
      reason: 'b>a is busy with partition',
    });
    await heal();
    await injectOrFail(fault('latency'), 'b>a');
    await injectOrFail(fault('partition'), 'a>b');
    expect(await inject(fault('latency'), 'a-b')).toMatchObject({ injected: false });
  });

  test('a harmless one neither waits for the other nor blocks it', async () => {
    await injectOrFail(fault('freeze'), 'a');
    await injectOrFail(fault('planned', { harmless: true }), 'a');
    await injectOrFail(fault('planned', { harmless: true }), 'b');
    await injectOrFail(fault('kill'), 'b');
    expect(happened).toEqual(['freeze a', 'planned a', 'planned b', 'kill b']);
  });
});

describe('every exit path', () => {
  test.each([
    ['healAll', () => injector.healAll()],
    ['the cluster closes', () => Promise.all(closing.map((step) => step()))],
    ['Ctrl-C', () => Promise.resolve(interruption.abort())],
  ])('%s: all that is open is healed, nothing more is injected', async (_name, leave) => {
    const both = [
      await injectOrFail(fault('kill'), 'a'),
      await injectOrFail(fault('partition'), 'a-b'),
    ];
    await leave();
    await Promise.all(both.map(({ healed }) => healed));
    expect([...happened].sort()).toEqual([
      'heal kill a',
      'heal partition a-b',
      'kill a',
      'partition a-b',
    ]);
    expect(await inject(fault('kill'), 'b')).toMatchObject({
      injected: false,
      reason: 'the run is over',
    });
  });

  test('a failed heal is collected, and the other faults are still healed', async () => {
    const stuck = fault('freeze', {
      inject: () => Promise.resolve(() => Promise.reject(new Error('it does not wake'))),
    });
    const { window } = await injectOrFail(stuck, 'a');
    await injectOrFail(fault('kill'), 'b');
    expect(await injector.healAll()).toEqual([
      { kind: 'freeze', target: 'a', reason: 'it does not wake' },
    ]);
    expect(window.healedMs).toBeNull();
    expect(happened).toEqual(['kill b', 'heal kill b']);
  });

  test('an injection that is still starting is awaited, aborted and healed', async () => {
    let begin = (): void => undefined;
    let told: AbortSignal | null = null;
    const slow = fault('restart', {
      inject: async (_cluster, { signal }) => {
        told = signal;
        await new Promise<void>((resolve) => (begin = resolve));
        return async () => void happened.push('heal restart');
      },
    });
    const injection = inject(slow, 'a');
    const healing = injector.healAll();
    expect(told).toMatchObject({ aborted: true });
    begin();
    await Promise.all([injection, healing]);
    expect(happened).toEqual(['heal restart']);
  });
});
