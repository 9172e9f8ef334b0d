/** The parcels of one term: sequential loads, concurrent charges, decisions in order. */
import { describe, expect, test } from '@jest/globals';
import { ParcelPipeline } from '../../../payments/core/parcel-pipeline.js';
import {
  MOMENT,
  SUCCEEDED,
  AGAIN,
  POLICY,
  HELD,
  payment,
  newLine,
  words,
  twoCharging,
} from './pipeline-stage.js';

describe('parcel pipeline', () => {
  test('the life of a parcel: load, charge, commit, announce, done', () => {
    const line = newLine();
    expect(words(line.onArrived(1, ['p1', 'p2'], MOMENT))).toEqual(['load p1,p2']);
    expect(words(line.onLoaded(1, [payment(1), payment(2)], MOMENT))).toEqual([
      'charge p1',
      'charge p2',
    ]);
    expect(words(line.onAnswered(1, 1, SUCCEEDED, MOMENT))).toEqual([]);
    expect(words(line.onAnswered(1, 0, SUCCEEDED, MOMENT))).toEqual(['commit p1,p2']);
    expect([line.parcelsInFlight, line.passedSeq]).toEqual([1, 0]);
    expect(words(line.onCommitted({ ...HELD, ids: ['p2'] }, MOMENT))).toEqual([
      'announce p2',
      'done 1',
    ]);
    expect([line.parcelsInFlight, line.passedSeq, line.inFlight.size]).toEqual([0, 2, 0]);
  });

  test('loads are sequential, and each names the claims of the one before', () => {
    const line = newLine();
    line.onArrived(1, ['p1'], MOMENT);
    expect(line.onArrived(2, ['p2'], MOMENT)).toEqual([]);
    const effects = line.onLoaded(1, [payment(1, 'a')], MOMENT);
    expect(words(effects)).toEqual(['charge p1', 'load p2']);
    expect(effects.at(-1)).toMatchObject({ afterSeq: new Map([['a', 1]]) });
    expect(words(line.onLoaded(2, [], MOMENT))).toEqual(['done 2']);
  });

  test('parcels that arrive during a load are loaded together, and each is charged and settled by itself', () => {
    const line = newLine();
    for (const number of [1, 2, 3]) line.onArrived(number, [`p${number}`], MOMENT);
    expect(words(line.onLoaded(1, [], MOMENT))).toEqual(['done 1', 'load p2,p3']);
    expect(words(line.onLoaded(2, [payment(2), payment(3)], MOMENT))).toEqual([
      'charge p2',
      'charge p3',
    ]);
    expect(words(line.onAnswered(2, 0, SUCCEEDED, MOMENT))).toEqual(['commit p2']);
    expect(words(line.onAnswered(3, 0, SUCCEEDED, MOMENT))).toEqual([]);
  });

  test('loaded together, one parcel claims what the next names too, as if it had been loaded before', () => {
    const line = newLine();
    for (const number of [1, 2, 3]) line.onArrived(number, [`p${number}`], MOMENT);
    line.onLoaded(1, [], MOMENT);
    const rows = [payment(1, 'a'), payment(2, 'a'), payment(3, 'a')];
    const effects = line
      .onLoaded(2, rows, MOMENT)
      .map((effect) => effect.type === 'charge' && [effect.work, effect.payment.id]);
    expect(effects).toEqual([
      [2, 'p1'],
      [2, 'p2'],
      [3, 'p3'],
    ]);
  });

  test('loaded together, a payment that is not due holds back the patient’s later payments in every parcel of the group', () => {
    const line = newLine();
    for (const number of [1, 2, 3]) line.onArrived(number, [`p${number}`], MOMENT);
    line.onLoaded(1, [], MOMENT);
    expect(
      words(line.onLoaded(2, [{ ...payment(2, 'a'), waitMs: 70 }, payment(3, 'a')], MOMENT)),
    ).toEqual(['done 2', 'defer p3']);
  });

  test('so many earlier ones are pending that its own were not read: a parcel works on those', () => {
    const line = newLine();
    line.onArrived(1, ['p1300'], MOMENT);
    expect(words(line.onLoaded(1, [payment(1, 'a'), payment(2, 'a')], MOMENT))).toEqual([
      'charge p1',
      'charge p2',
    ]);
  });

  test('a failed load fails every parcel of its group, and the next group is loaded', () => {
    const line = newLine();
    for (const number of [1, 2, 3]) line.onArrived(number, [`p${number}`], MOMENT);
    line.onLoaded(1, [], MOMENT);
    line.onArrived(4, ['p4'], MOMENT);
    expect(words(line.onFailed(2, new Error('gone'), MOMENT))).toEqual([
      'failed 2: Error',
      'failed 3: Error',
      'load p4',
    ]);
  });

  test('a group is no longer than one statement should be, a large parcel goes alone', () => {
    const line = newLine();
    line.onArrived(1, ['p1'], MOMENT);
    const many = Array.from({ length: 500 }, (_, index) => `q${index}`);
    line.onArrived(2, many, MOMENT);
    line.onArrived(3, ['p3'], MOMENT);
    expect(line.onLoaded(1, [], MOMENT)).toContainEqual(
      expect.objectContaining({ type: 'load', work: 2, ids: many }),
    );
    expect(words(line.onLoaded(2, [], MOMENT))).toEqual(['done 2', 'load p3']);
  });

  test('at the limit in flight no parcel is loaded until a statement is written', () => {
    const line = new ParcelPipeline({ term: 3, policy: POLICY, startMs: 0, inFlightMax: 2 });
    line.onArrived(1, ['p1', 'p2'], MOMENT);
    line.onLoaded(1, [payment(1), payment(2, 'b')], MOMENT);
    expect(line.onArrived(2, ['p3'], MOMENT)).toEqual([]);
    for (const index of [0, 1]) line.onAnswered(1, index, SUCCEEDED, MOMENT);
    expect(words(line.onCommitted({ held: true, ids: ['p1', 'p2'] }, MOMENT))).toEqual([
      'announce p1,p2',
      'done 1',
      'load p3',
    ]);
  });

  test('a parcel answered early waits for its turn', () => {
    const line = twoCharging();
    expect(line.onAnswered(2, 0, SUCCEEDED, MOMENT)).toEqual([]);
    expect(words(line.onAnswered(1, 0, SUCCEEDED, MOMENT))).toEqual(['commit p1,p2']);
  });

  test('a failed parcel lets the next one pass, but not before the earlier ones', () => {
    const line = twoCharging();
    line.onArrived(3, ['p3'], MOMENT);
    line.onLoaded(3, [payment(3)], MOMENT);
    line.onAnswered(3, 0, SUCCEEDED, MOMENT);
    expect(words(line.onFailed(2, new Error('gone'), MOMENT))).toEqual(['failed 2: Error']);
    expect(words(line.onAnswered(1, 0, SUCCEEDED, MOMENT))).toEqual(['commit p1,p3']);
  });

  test('a deferred payment holds back the patient’s later payment in the next parcel', () => {
    const line = twoCharging(['a', 'a']);
    line.onAnswered(2, 0, SUCCEEDED, MOMENT);
    expect(words(line.onAnswered(1, 0, AGAIN, MOMENT))).toEqual(['defer p1,p2']);
    expect(words(line.onDeferred(HELD, MOMENT))).toEqual(['wake in 100', 'done 1', 'done 2']);
  });

  test('a deferred payment is loaded again although a later one of its patient is in flight, and before later ones', () => {
    const line = newLine();
    line.onArrived(1, ['p1'], MOMENT);
    line.onLoaded(1, [payment(1, 'a')], MOMENT);
    line.onArrived(2, ['p2'], MOMENT);
    line.onLoaded(2, [payment(2, 'a')], MOMENT);
    line.onAnswered(1, 0, AGAIN, MOMENT);
    line.onDeferred(HELD, MOMENT);
    const later = { ...MOMENT, nowMs: 1_200 };
    expect(line.onArrived(3, ['p3'], later)).toEqual([
      { type: 'load', work: 3, ids: ['p3'], afterSeq: new Map([['a', 0]]) },
    ]);
    expect(
      words(line.onLoaded(3, [payment(1, 'a'), payment(2, 'a'), payment(3, 'a')], later)),
    ).toEqual(['charge p1', 'charge p3']);
    expect(line.onArrived(4, ['p4'], later)).toMatchObject([{ afterSeq: new Map([['a', 3]]) }]);
    line.onLoaded(4, [], later);
    expect(words(line.onAnswered(2, 0, SUCCEEDED, later))).toEqual(['defer p2']);
    expect(words(line.onDeferred(HELD, later))).toEqual(['wake in 0', 'done 2']);
    line.onAnswered(3, 0, SUCCEEDED, later);
    expect(words(line.onAnswered(3, 1, SUCCEEDED, later))).toEqual(['commit p1']);
    expect(words(line.onCommitted({ ...HELD, ids: ['p1'] }, later))).toEqual([
      'announce p1',
      'defer p3',
    ]);
  });

  test('a parcel reports how many of its payments were processed', () => {
    const line = newLine();
    line.onArrived(1, ['p1'], MOMENT);
    expect(line.onLoaded(1, [], MOMENT)).toEqual([{ type: 'done', work: 1, claimed: 0 }]);
    line.onArrived(2, ['p2', 'p3'], MOMENT);
    line.onLoaded(
      2,
      [{ ...payment(2, 'a'), waitMs: 70 }, payment(3, 'a'), payment(4, 'b')],
      MOMENT,
    );
    line.onAnswered(2, 0, SUCCEEDED, MOMENT);
    line.onCommitted({ ...HELD, ids: ['p4'] }, MOMENT);
    expect(line.onDeferred(HELD, MOMENT)).toContainEqual({ type: 'done', work: 2, claimed: 2 });
  });
});
