/** The micro-batch: order, one write at a time, one result for all members of a group. */
import { describe, expect, test } from '@jest/globals';
import { MicroBatch } from '../../../../../experiments/bench/peers/micro-batch.js';

interface Write {
  items: readonly number[];
  succeed(): void;
  fail(error: Error): void;
}

/** A batch whose writes end when the test ends them. */
function batchUnderControl(): { batch: MicroBatch<number>; writes: Write[] } {
  const writes: Write[] = [];
  const batch = new MicroBatch<number>(
    (items) =>
      new Promise((resolve, reject) =>
        writes.push({ items, succeed: () => resolve(), fail: reject }),
      ),
  );
  return { batch, writes };
}

/** Waits for all work that does not depend on the end of a write. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a micro-batch', () => {
  test('starts at once with the entries that were added together', async () => {
    const { batch, writes } = batchUnderControl();
    void batch.add(1);
    void batch.add(2);
    await settled();
    expect(writes.map(({ items }) => items)).toEqual([[1, 2]]);
  });

  test('has one write at a time; entries that arrive meanwhile are the next write, in order', async () => {
    const { batch, writes } = batchUnderControl();
    void batch.add(1);
    await settled();
    for (const item of [2, 3, 4]) {
      void batch.add(item);
      await settled();
    }
    expect(writes).toHaveLength(1);
    writes[0]?.succeed();
    await settled();
    expect(writes.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]);
  });

  test('resolves all members of a group after its write, and none before', async () => {
    const { batch, writes } = batchUnderControl();
    const told: number[] = [];
    for (const item of [1, 2]) void batch.add(item).then(() => told.push(item));
    await settled();
    void batch.add(3).then(() => told.push(3));
    await settled();
    expect(told).toEqual([]);
    writes[0]?.succeed();
    await settled();
    expect(told).toEqual([1, 2]);
    writes[1]?.succeed();
    await settled();
    expect(told).toEqual([1, 2, 3]);
  });

  test('an error rejects only the members of its group; the next group is still written', async () => {
    const { batch, writes } = batchUnderControl();
    const first = Promise.allSettled([batch.add(1), batch.add(2)]);
    await settled();
    const second = Promise.allSettled([batch.add(3)]);
    const broken = new Error('the database is unavailable');
    writes[0]?.fail(broken);
    expect(await first).toEqual([
      { status: 'rejected', reason: broken },
      { status: 'rejected', reason: broken },
    ]);
    await settled();
    expect(writes[1]?.items).toEqual([3]);
    writes[1]?.succeed();
    expect(await second).toEqual([{ status: 'fulfilled', value: undefined }]);
  });

  test('a write that throws before it waits is a failed write', async () => {
    const batch = new MicroBatch<number>(() => {
      throw new Error('at once');
    });
    await expect(batch.add(1)).rejects.toThrow('at once');
    await expect(batch.add(2)).rejects.toThrow('at once');
  });
});
