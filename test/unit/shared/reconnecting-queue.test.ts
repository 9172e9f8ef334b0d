/** The queue that recovers from failures. */
import { describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import {
  createReconnectingQueue,
  type BullQueue,
} from '../../../shared/queue/reconnecting-queue.js';

/** Queues created in sequence; `begins[n]`: whether the first contact of queue n succeeds. */
function create(begins: boolean[], status = 'ready') {
  const made: number[] = [];
  const connection = { status: status as 'ready' };
  const queue = createReconnectingQueue(connection, () => {
    const index = made.push(made.length) - 1;
    const first = (): Promise<void> =>
      begins[index] ? Promise.resolve() : Promise.reject(new Error('no version'));
    const addBulk = async (): Promise<never[]> => {
      await first();
      if (index === 0) throw new Error('a call failed');
      return [];
    };
    return { addBulk, waitUntilReady: first } as unknown as BullQueue;
  });
  return { queue, made, connection };
}
const add = (queue: ReturnType<typeof create>['queue']) => queue.use((bull) => bull.addBulk([]));
const settle = () => new Promise(setImmediate);

describe('reconnecting queue', () => {
  test('recreates a queue whose first contact failed', async () => {
    const { queue, made } = create([false, true]);
    await expect(add(queue)).rejects.toThrow('no version');
    await settle();
    expect([await add(queue), made.length]).toEqual([[], 2]);
  });

  test('keeps a queue that started well when a call fails', async () => {
    const { queue, made } = create([true]);
    await expect(add(queue)).rejects.toThrow('a call failed');
    await settle();
    await expect(add(queue)).rejects.toThrow('a call failed');
    expect(made).toHaveLength(1);
  });

  test('creates one new queue when two calls fail together', async () => {
    const { queue, made } = create([false, true, true]);
    await Promise.allSettled([add(queue), add(queue)]);
    await settle();
    expect(made).toHaveLength(2);
  });

  test('ends a call that never answers, aborts its signal, and recreates the queue when its first contact never happened', async () => {
    const made: number[] = [];
    const queue = createReconnectingQueue(
      { status: 'ready' },
      () => {
        const index = made.push(made.length) - 1;
        return {
          waitUntilReady: () => (index === 0 ? new Promise(() => undefined) : Promise.resolve()),
        } as unknown as BullQueue;
      },
      20,
    );
    let told: AbortSignal | undefined;
    await expect(
      queue.use((_bull, signal) => {
        told = signal;
        return new Promise(() => undefined);
      }),
    ).rejects.toThrow('no answer within 20 ms');
    expect(told?.aborted).toBe(true);
    await eventually(() => made.length === 2, { what: 'another queue' });
  });

  test('ends a call after the time limit of that call', async () => {
    const queue = createReconnectingQueue(
      { status: 'ready' },
      () => ({ waitUntilReady: () => Promise.resolve() }) as unknown as BullQueue,
      60_000,
    );
    await expect(queue.use(() => new Promise(() => undefined), 20)).rejects.toThrow(
      'no answer within 20 ms',
    );
  });

  test('fails at once while Redis is unavailable and works again afterwards', async () => {
    const { queue, connection } = create([false, true], 'reconnecting');
    await expect(add(queue)).rejects.toThrow('Redis is unavailable');
    connection.status = 'ready';
    await expect(add(queue)).rejects.toThrow('no version');
    await settle();
    expect(await add(queue)).toEqual([]);
  });
});
