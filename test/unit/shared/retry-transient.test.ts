/** Repeating a database call: which errors, the pauses, and the end. */
import { describe, expect, test } from '@jest/globals';
import { retryTransient, type TransientRetry } from '../../../shared/retry-transient.js';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** A call that fails `failures` times, and the pauses between its attempts. */
function createCall(failures: number, error: Error, beforePause: TransientRetry['beforePause']) {
  const pauses: number[] = [];
  let calls = 0;
  const call = async (): Promise<number> => {
    calls += 1;
    if (calls <= failures) throw error;
    return calls;
  };
  const run = (): Promise<number> =>
    retryTransient(call, {
      pausesMs: [10, 20],
      beforePause,
      pause: async (ms) => void pauses.push(ms),
    });
  return { run, pauses };
}

describe('retryTransient', () => {
  test('repeats a transient failure; the last pause repeats', async () => {
    const earlier: number[] = [];
    const { run, pauses } = createCall(3, refused, (failure) => earlier.push(failure.earlier));
    expect(await run()).toBe(4);
    expect(pauses).toEqual([10, 20, 20]);
    expect(earlier).toEqual([0, 1, 2]);
  });

  test('throws any other error at once, unchanged', async () => {
    const { run, pauses } = createCall(1, new Error('wrong'), () => undefined);
    await expect(run()).rejects.toThrow('wrong');
    expect(pauses).toEqual([]);
  });

  test('ends with the error that the caller throws before a pause', async () => {
    const { run, pauses } = createCall(5, refused, ({ earlier }) => {
      if (earlier === 1) throw new Error('too late');
    });
    await expect(run()).rejects.toThrow('too late');
    expect(pauses).toEqual([10]);
  });
});
