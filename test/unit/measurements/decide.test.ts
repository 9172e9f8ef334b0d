/** The steps of a device in a measurement round: one view and one memory give one step. */
import { describe, expect, test } from '@jest/globals';
import {
  applyResult,
  beginSession,
  createState,
  noteOpening,
} from '../../../measurements/core/apply.js';
import { decideStep } from '../../../measurements/core/decide.js';
import { toMean } from '../../../measurements/core/mean.js';
import { mayAct } from '../../../measurements/core/own-clock.js';
import type { DeviceState, Mean, RoundView } from '../../../measurements/core/types.js';

const PERIOD_MS = 5_000;
const ME = { node: 'device_1-x-0000000001', device: 'device_1' };
const OTHER = { node: 'device_2-y-0000000002', device: 'device_2' };
const EARLIER = { node: 'device_0-z-0000000000', device: 'device_0' };
const EPOCH = 77;

const view = (change: Partial<RoundView> = {}): RoundView => ({
  candidates: [ME, OTHER],
  barrier: null,
  counter: { round: 4, version: 9 },
  measurements: [],
  periodMs: PERIOD_MS,
  ...change,
});

/** A leader that the API confirmed. */
const leader = (change: Partial<DeviceState> = {}): DeviceState => ({
  ...createState('device_1'),
  candidate: { node: ME.node, epoch: EPOCH },
  announced: EPOCH,
  ...change,
});

const open = (round = 5) => ({ barrier: { round, epoch: EPOCH } });
const at = (device: string, ms: number, round = 5) => ({ device, ms, round });
const measured = { measuredRound: 5, opening: { round: 5, atMs: 1_000 } };
const mean: Mean = { round: 5, epoch: EPOCH, mean: 15, values: { device_1: 10, device_2: 20 } };

describe('election', () => {
  test('a device that is no candidate stands', () => {
    expect(decideStep(view(), createState('device_1'), 0)).toEqual({ kind: 'stand' });
  });

  test('a device whose candidate was removed stands again', () => {
    expect(decideStep(view({ candidates: [OTHER] }), leader(), 0)).toEqual({ kind: 'stand' });
  });

  test('a leader announces its epoch before anything else', () => {
    const step = decideStep(view(open()), leader({ announced: EPOCH - 1 }), 0);
    expect(step).toEqual({ kind: 'announce', epoch: EPOCH });
  });

  test('a leader whose epoch was refused resigns, and stands after a pause', () => {
    const refused = applyResult(leader(), { step: 'announce', result: 'old-epoch' }, 0);
    expect(decideStep(view(), refused, 0)).toEqual({ kind: 'resign' });
    const resigned = applyResult(refused, { step: 'resign', done: true }, 0);
    expect(decideStep(view({ candidates: [OTHER] }), resigned, 10).kind).toBe('wait');
    expect(decideStep(view({ candidates: [OTHER] }), resigned, 1_000)).toEqual({ kind: 'stand' });
  });

  test('a mean that is refused for its epoch makes the leader resign too', () => {
    const refused = applyResult(leader(), { step: 'send', mean, result: 'old-epoch' }, 0);
    expect(decideStep(view(open()), refused, 0)).toEqual({ kind: 'resign' });
  });

  test('a candidate that does not lead opens, sends and finishes nothing', () => {
    const candidates = [EARLIER, ME];
    const state = leader({ ...measured, announced: null, done: { round: 5, missed: false } });
    const complete = [at('device_0', 1), at('device_1', 2)];
    for (const each of [{ ...open(), measurements: complete }, {}])
      expect(decideStep(view({ candidates, ...each }), state, 60_000).kind).toBe('wait');
  });
});

describe('a round', () => {
  test('the first one of a leader opens at once, the next one after the period', () => {
    const opening = { kind: 'open', round: 5, epoch: EPOCH, counterVersion: 9 };
    expect(decideStep(view(), leader(), 0)).toEqual(opening);
    const waiting = leader({ opening: { round: 4, atMs: 1_000 } });
    expect(decideStep(view(), waiting, 5_999)).toEqual({ kind: 'wait', untilMs: 6_000 });
    expect(decideStep(view(), waiting, 6_000)).toEqual(opening);
  });

  test('every device measures once', () => {
    const candidates = [EARLIER, ME];
    const state = leader({ announced: null });
    const step = decideStep(view({ candidates, ...open() }), state, 0);
    expect(step).toEqual({ kind: 'measure', round: 5 });
    const done = applyResult(state, { step: 'measure', round: 5, done: true }, 0);
    expect(decideStep(view({ candidates, ...open() }), done, 0).kind).toBe('wait');
  });

  test('a new session measures again, because its node is gone', () => {
    const state = { ...beginSession(leader(measured)), candidate: leader().candidate };
    expect(decideStep(view({ candidates: [EARLIER, ME], ...open() }), state, 0).kind).toBe(
      'measure',
    );
  });

  test('the mean is sent when all candidates have measured', () => {
    const measurements = [at('device_1', 10), at('device_2', 20), at('device_3', 99, 4)];
    expect(decideStep(view({ ...open(), measurements }), leader(measured), 1_001)).toEqual({
      kind: 'send',
      mean,
    });
  });

  test('the mean of those present is sent after half of the period', () => {
    const measurements = [at('device_1', 10), at('device_2', 20, 4)];
    const now = view({ ...open(), measurements });
    expect(decideStep(now, leader(measured), 3_499)).toEqual({ kind: 'wait', untilMs: 3_500 });
    expect(decideStep(now, leader(measured), 3_500)).toMatchObject({
      kind: 'send',
      mean: { mean: 10, values: { device_1: 10 } },
    });
  });

  test('a round without any measurement is missed at the end of the period', () => {
    expect(decideStep(view(open()), leader(measured), 5_999)).toEqual({
      kind: 'wait',
      untilMs: 6_000,
    });
    expect(decideStep(view(open()), leader(measured), 6_000)).toEqual({ kind: 'miss', round: 5 });
  });

  test('a repetition sends the first mean, although the measurements changed', () => {
    const failed = applyResult(leader(measured), { step: 'send', mean, result: 'failed' }, 2_000);
    const measurements = [at('device_1', 11), at('device_2', 99)];
    const now = view({ ...open(), measurements });
    expect(decideStep(now, failed, 2_100)).toEqual({ kind: 'wait', untilMs: 2_200 });
    expect(decideStep(now, failed, 2_200)).toEqual({ kind: 'send', mean });
    expect(decideStep(now, failed, 6_000)).toEqual({ kind: 'miss', round: 5 });
  });

  test.each(['kept', 'round-kept', 'refused'] as const)(
    'the round is finished after the answer "%s"',
    (result) => {
      const state = applyResult(leader(measured), { step: 'send', mean, result }, 2_000);
      expect(state.done).toEqual({ round: 5, missed: result === 'refused' });
      expect(decideStep(view(open()), state, 2_001)).toEqual({
        kind: 'finish',
        round: 5,
        counterVersion: 9,
      });
    },
  );

  test('a leader takes over the open round of an earlier one, with a mean of its own', () => {
    const measurements = [at('device_1', 10), at('device_2', 20)];
    const taken = view({ barrier: { round: 5, epoch: EPOCH - 1 }, measurements });
    const kept = { ...mean, epoch: EPOCH - 1, mean: 3 };
    const step = decideStep(taken, leader({ ...measured, kept }), 1_001);
    expect(step).toEqual({ kind: 'send', mean });
  });

  test('a barrier that does not follow the counter changes nothing: the view is mixed', () => {
    const state = leader({ measuredRound: 4, done: { round: 4, missed: false } });
    expect(decideStep(view(open(4)), state, 100).kind).toBe('wait');
    expect(decideStep(view({ ...open(), counter: null }), leader(measured), 100).kind).toBe('wait');
  });

  test('a step that failed is repeated after a pause', () => {
    for (const result of [
      { step: 'open', done: false },
      { step: 'finish', done: false },
      { step: 'announce', result: 'failed' },
      { step: 'stand', candidate: null },
    ] as const)
      expect(decideStep(view(), applyResult(leader(), result, 0), 199)).toEqual({
        kind: 'wait',
        untilMs: 200,
      });
  });

  test('the opening is the moment at which this device saw the barrier first', () => {
    const seen = noteOpening(createState('device_1'), view(open()), 100);
    expect(noteOpening(seen, view(open()), 900).opening).toEqual({ round: 5, atMs: 100 });
    expect(noteOpening(seen, view(open(6)), 900).opening).toEqual({ round: 6, atMs: 900 });
  });
});

test('a mean is rounded to thousandths', () => {
  expect([toMean([1, 2]), toMean([1, 1, 2]), toMean([0])]).toEqual([1.5, 1.333, 0]);
});

describe('the own clock', () => {
  const connection = { isConnected: true, silentMs: 0, sessionTimeoutMs: 2_000 };

  test.each([
    ['an answer just now', {}, true],
    ['a silence below three quarters of the session time-out', { silentMs: 1_499 }, true],
    ['a longer silence', { silentMs: 1_500 }, false],
    ['no connection', { isConnected: false }, false],
  ])('after %s the device may act: %o %s', (_name, change, expected) =>
    expect(mayAct({ ...connection, ...change })).toBe(expected),
  );
});
