/** The commit queue: order, groups, and the effect of a failure on later settlements. */
import { describe, expect, test } from '@jest/globals';
import { CommitQueue, type Settled } from '../../../payments/core/commit-queue.js';
import type { FinalOutcome, Wait } from '../../../payments/core/parcel.js';

const outcome = (id: string): FinalOutcome => ({
  id,
  status: 'SUCCEEDED',
  attempts: 1,
  reason: null,
  gatewayReference: 'r',
});
const wait = (id: string): Wait => ({ id, attempts: 1, waitMs: 50, lastError: 'timeout' });
const settled = (work: number, outcomes: string[], waits: string[] = []): Settled => ({
  work,
  outcomes: outcomes.map(outcome),
  waits: waits.map(wait),
});

describe('commit queue', () => {
  test('a single settlement is written at once; later ones share the next statement, in order', () => {
    const lane = new CommitQueue();
    lane.add(settled(1, ['a']));
    expect(lane.next()).toEqual({ type: 'commit', outcomes: [outcome('a')] });
    lane.add(settled(2, ['b']));
    lane.add(settled(3, ['c']));
    expect(lane.next()).toBeNull();
    expect(lane.written()).toEqual([1]);
    expect(lane.next()).toEqual({ type: 'commit', outcomes: [outcome('b'), outcome('c')] });
    expect(lane.written()).toEqual([2, 3]);
    expect(lane.next()).toBeNull();
  });

  test('deferrals follow the outcomes of their group, in a statement of their own', () => {
    const lane = new CommitQueue();
    lane.add(settled(1, ['a'], ['b']));
    expect(lane.next()?.type).toBe('commit');
    expect(lane.step()).toEqual({ type: 'defer', waits: [wait('b')] });
    lane.written();
    lane.add(settled(2, [], ['c']));
    expect(lane.next()).toEqual({ type: 'defer', waits: [wait('c')] });
  });

  test('a failure ends the current group and everything after it', () => {
    const lane = new CommitQueue();
    lane.add(settled(1, ['a']));
    lane.next();
    lane.add(settled(2, ['b']));
    expect(lane.failed()).toEqual([1, 2]);
    expect(lane.next()).toBeNull();
  });

  test('a statement stays below 500 payments, except when one parcel alone has more', () => {
    const lane = new CommitQueue();
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
    for (const [work, count] of [
      [1, 300],
      [2, 200],
      [3, 1],
      [4, 600],
    ] as const)
      lane.add(settled(work, ids(count)));
    const groups = [1, 2, 3].map(() => (lane.next(), lane.written()));
    expect(groups).toEqual([[1, 2], [3], [4]]);
  });
});
