/**
 * The injector with recorded faults: accepted and refused targets, and healing on every exit path.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../experiments/faults/fault.js';
import { Injector } from '../../../experiments/faults/injector.js';
import type { Laboratory } from '../../../experiments/system/cluster.js';
import { seededRandom } from '../../../shared/random.js';

const random = seededRandom(1);
const LONG = Infinity;

let happened: string[];
let closing: (() => Promise<unknown>)[];
let laboratory: Laboratory;
let interruption: AbortController;
let injector: Injector;
beforeEach(() => {
  happened = [];
  closing = [];
  laboratory = {
    beforeClose: (step: () => Promise<unknown>) => void closing.push(step),
  } as Laboratory;
  interruption = new AbortController();
  injector = new Injector(laboratory, interruption.signal);
});

const fault = (kind: string, rest: Partial<Fault> = {}): Fault => ({
  kind,
  purpose: 'test',
  targets: () => ['a', 'b', 'a-b', 'a>b', 'b>a'],
  inject: async (_laboratory, { target }) => {
    happened.push(`${kind} ${target}`);
    return async () => void happened.push(`heal ${kind} ${target}`);
  },
  ...rest,
});
const strike = (what: Fault, target: string, durationMs = LONG) =>
  injector.strike(what, { target, durationMs, random });

async function struck(what: Fault, target: string, durationMs = LONG) {
  const outcome = await strike(what, target, durationMs);
  if (!outcome.struck) throw new Error(`refused: ${outcome.reason}`);
  return outcome;
}

describe('an injection', () => {
  test('is healed at the end of its time, and its window has the times', async () => {
    const before = performance.timeOrigin + performance.now();
    const { window, healed } = await struck(fault('kill'), 'a', 30);
    expect(window.healedMs).toBeNull();
    await healed;
    expect(happened).toEqual(['kill a', 'heal kill a']);
    expect(window.atMs).toBeGreaterThanOrEqual(before);
    expect(window.healedMs).toBeGreaterThanOrEqual(window.atMs + 29);
    expect(injector.windows).toEqual([window]);
  });

  test('is healed early on request, once', async () => {
    const { heal, window } = await struck(fault('kill'), 'a');
    await Promise.all([heal(), heal()]);
    expect(happened).toEqual(['kill a', 'heal kill a']);
    expect(window.healedMs).not.toBeNull();
  });

  test('that fails is refused with its reason, and its target remains free', async () => {
    const failing = fault('kill', { inject: () => Promise.reject(new Error('a does not run')) });
    expect(await strike(failing, 'a')).toEqual({
      struck: false,
      kind: 'kill',
      target: 'a',
      reason: 'a does not run',
    });
    expect(injector.busyWith('a')).toBeNull();
    expect(injector.windows).toEqual([]);
    expect(injector.refused).toHaveLength(1);
  });

  test('into an unsuitable target is refused', async () => {
    expect(await strike(fault('kill'), 'nobody')).toMatchObject({
      struck: false,
      reason: 'kill cannot be injected into nobody here',
    });
  });

  test('without anything to heal ends at once', async () => {
    const { healed, window } = await struck(
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
    const { heal } = await struck(fault('freeze'), 'a');
    expect(await strike(fault('kill'), 'a')).toMatchObject({
      struck: false,
      reason: 'a is busy with freeze',
    });
    await heal();
    expect(await strike(fault('kill'), 'a')).toMatchObject({ struck: true });
    expect(happened).toEqual(['freeze a', 'heal freeze a', 'kill a']);
  });

  test('into two targets, or a process and its link: both are active', async () => {
    await struck(fault('freeze'), 'a');
    await struck(fault('kill'), 'b');
    await struck(fault('partition'), 'a-b');
    expect(happened).toEqual(['freeze a', 'kill b', 'partition a-b']);
  });

  test('into a link: both ways and one way exclude each other, the two single ways do not', async () => {
    const { heal } = await struck(fault('partition'), 'a-b');
    expect(await strike(fault('latency'), 'b>a')).toMatchObject({
      struck: false,
      reason: 'b>a is busy with partition',
    });
    await heal();
    await struck(fault('latency'), 'b>a');
    await struck(fault('partition'), 'a>b');
    expect(await strike(fault('latency'), 'a-b')).toMatchObject({ struck: false });
  });

  test('a harmless one neither waits for the other nor blocks it', async () => {
    await struck(fault('freeze'), 'a');
    await struck(fault('planned', { harmless: true }), 'a');
    await struck(fault('planned', { harmless: true }), 'b');
    await struck(fault('kill'), 'b');
    expect(happened).toEqual(['freeze a', 'planned a', 'planned b', 'kill b']);
  });
});

describe('every exit path', () => {
  test.each([
    ['healAll', () => injector.healAll()],
    ['the laboratory closes', () => Promise.all(closing.map((step) => step()))],
    ['Ctrl-C', () => Promise.resolve(interruption.abort())],
  ])('%s: all that is open is healed, nothing more is struck', async (_name, leave) => {
    const both = [await struck(fault('kill'), 'a'), await struck(fault('partition'), 'a-b')];
    await leave();
    await Promise.all(both.map(({ healed }) => healed));
    expect([...happened].sort()).toEqual([
      'heal kill a',
      'heal partition a-b',
      'kill a',
      'partition a-b',
    ]);
    expect(await strike(fault('kill'), 'b')).toMatchObject({
      struck: false,
      reason: 'the run is over',
    });
  });

  test('a failed heal is collected, and the other faults are still healed', async () => {
    const stuck = fault('freeze', {
      inject: () => Promise.resolve(() => Promise.reject(new Error('it does not wake'))),
    });
    const { window } = await struck(stuck, 'a');
    await struck(fault('kill'), 'b');
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
      inject: async (_laboratory, { signal }) => {
        told = signal;
        await new Promise<void>((resolve) => (begin = resolve));
        return async () => void happened.push('heal restart');
      },
    });
    const striking = strike(slow, 'a');
    const healing = injector.healAll();
    expect(told).toMatchObject({ aborted: true });
    begin();
    await Promise.all([striking, healing]);
    expect(happened).toEqual(['heal restart']);
  });
});
