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
    const queue = new CommitQueue();
    queue.add(settled(1, ['a']));
    expect(queue.next()).toEqual({ type: 'commit', outcomes: [outcome('a')] });
    queue.add(settled(2, ['b']));
    queue.add(settled(3, ['c']));
    expect(queue.next()).toBeNull();
    expect(queue.endGroup()).toEqual([1]);
    expect(queue.next()).toEqual({ type: 'commit', outcomes: [outcome('b'), outcome('c')] });
    expect(queue.endGroup()).toEqual([2, 3]);
    expect(queue.next()).toBeNull();
  });

  test('deferrals follow the outcomes of their group, in a statement of their own', () => {
    const queue = new CommitQueue();
    queue.add(settled(1, ['a'], ['b']));
    expect(queue.next()?.type).toBe('commit');
    expect(queue.step()).toEqual({ type: 'defer', waits: [wait('b')] });
    queue.endGroup();
    queue.add(settled(2, [], ['c']));
    expect(queue.next()).toEqual({ type: 'defer', waits: [wait('c')] });
  });

  test('a failure ends the current group and everything after it', () => {
    const queue = new CommitQueue();
    queue.add(settled(1, ['a']));
    queue.next();
    queue.add(settled(2, ['b']));
    expect(queue.failAll()).toEqual([1, 2]);
    expect(queue.next()).toBeNull();
  });

  test('a statement stays below 500 payments, except when one parcel alone has more', () => {
    const queue = new CommitQueue();
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
    for (const [work, count] of [
      [1, 300],
      [2, 200],
      [3, 1],
      [4, 600],
    ] as const)
      queue.add(settled(work, ids(count)));
    const groups = [1, 2, 3].map(() => (queue.next(), queue.endGroup()));
    expect(groups).toEqual([[1, 2], [3], [4]]);
  });
});
