/** The ways in which the term of a pipeline ends, and what counts as its progress. */
import { describe, expect, test } from '@jest/globals';
import { LeadershipLost } from '../../../payments/core/errors.js';
import {
  MOMENT,
  SUCCEEDED,
  AGAIN,
  HELD,
  payment,
  newLine,
  words,
  twoCharging,
} from './pipeline-stage.js';

describe('the end of a parcel pipeline', () => {
  test('a refused commit ends the term: later statements are not written, and no work begins', () => {
    const line = twoCharging();
    line.onAnswered(1, 0, SUCCEEDED, MOMENT);
    line.onAnswered(2, 0, SUCCEEDED, MOMENT);
    const effects = line.onCommitted({ held: false, ids: [] }, MOMENT);
    expect(words(effects)).toEqual(['failed 1: LeadershipLost', 'failed 2: LeadershipLost']);
    expect(effects.map((effect) => effect.type === 'failed' && effect.error)).toContainEqual(
      new LeadershipLost(3),
    );
    expect(words(line.onArrived(4, ['p4'], MOMENT))).toEqual(['failed 4: AbortError']);
  });

  test('a refused deferral too', () => {
    const line = twoCharging();
    line.onAnswered(1, 0, AGAIN, MOMENT);
    expect(words(line.onDeferred({ held: false }, MOMENT))).toEqual(['failed 1: LeadershipLost']);
  });

  test('cancelled: the current statement is announced after it is written, all other work ends', () => {
    const line = twoCharging();
    line.onAnswered(1, 0, SUCCEEDED, MOMENT);
    line.onAnswered(2, 0, SUCCEEDED, MOMENT);
    line.stop();
    expect(words(line.onCommitted({ ...HELD, ids: ['p1'] }, MOMENT))).toEqual([
      'announce p1',
      'done 1',
      'failed 2: AbortError',
    ]);
    expect(line.parcelsInFlight).toBe(0);
  });

  test('cancelled: a later turn decides nothing', () => {
    const line = twoCharging();
    line.stop();
    expect(words(line.onAnswered(1, 0, SUCCEEDED, MOMENT))).toEqual(['failed 1: AbortError']);
  });

  test('cancelled: payments loaded later are not charged', () => {
    const line = newLine();
    line.onArrived(1, ['p1'], MOMENT);
    line.onArrived(2, ['p2'], MOMENT);
    line.stop();
    expect(words(line.onLoaded(1, [payment(1)], MOMENT))).toEqual([
      'failed 1: AbortError',
      'failed 2: AbortError',
    ]);
  });

  test('a settlement in progress fails only through its statement', () => {
    const line = twoCharging();
    line.onAnswered(1, 0, SUCCEEDED, MOMENT);
    expect(line.onFailed(1, new Error('late'), MOMENT)).toEqual([]);
    expect(words(line.onCommitted({ ...HELD, ids: ['p1'] }, MOMENT))).toEqual([
      'announce p1',
      'done 1',
    ]);
  });

  test('each answer of a slow gateway is progress; while a statement runs only its end is', () => {
    const line = newLine();
    line.onArrived(1, ['p1'], MOMENT);
    line.onLoaded(1, [payment(1)], MOMENT);
    line.onArrived(2, ['p2', 'p3'], MOMENT);
    line.onLoaded(2, [payment(2), payment(3)], MOMENT);
    line.onAnswered(2, 0, SUCCEEDED, { ...MOMENT, nowMs: 6_000 });
    expect(line.progressMs).toBe(6_000);
    expect(words(line.onAnswered(1, 0, SUCCEEDED, { ...MOMENT, nowMs: 7_000 }))).toEqual([
      'commit p1',
    ]);
    line.onAnswered(2, 1, SUCCEEDED, { ...MOMENT, nowMs: 9_000 });
    expect(line.progressMs).toBe(7_000);
  });

  test('the last attempt is marked as last', () => {
    const line = newLine();
    line.onArrived(1, ['p1'], MOMENT);
    expect(
      words(line.onLoaded(1, [{ ...payment(1), attempts: 2, failingMs: 10_000 }], MOMENT)),
    ).toEqual(['charge p1, last']);
  });

  test('late and repeated answers have no effect', () => {
    const line = twoCharging();
    line.onAnswered(2, 0, SUCCEEDED, MOMENT);
    expect(line.onAnswered(2, 0, AGAIN, MOMENT)).toEqual([]);
    expect(line.onAnswered(9, 0, SUCCEEDED, MOMENT)).toEqual([]);
    expect(line.onFailed(9, new Error('gone'), MOMENT)).toEqual([]);
    expect(line.onLoaded(9, [payment(9)], MOMENT)).toEqual([]);
  });
});
