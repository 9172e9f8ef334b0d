/** Repeating a call: which errors, the pauses, and the end. */
import { describe, expect, test } from '@jest/globals';
import { isTransient } from '../../../shared/postgres/postgres.js';
import { retryCall, type Retries } from '../../../shared/retry-call.js';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** A call that fails `failures` times, and the pauses between its attempts. */
function createCall(failures: number, error: Error, beforePause: Retries['beforePause']) {
  const pauses: number[] = [];
  let calls = 0;
  const call = async (): Promise<number> => {
    calls += 1;
    if (calls <= failures) throw error;
    return calls;
  };
  const run = (): Promise<number> =>
    retryCall(call, {
      isRetryable: isTransient,
      pausesMs: [10, 20],
      beforePause,
      pause: async (ms) => void pauses.push(ms),
    });
  return { run, pauses };
}

describe('retryCall', () => {
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

  test('prefers the pause that an error requests', async () => {
    const pauses: number[] = [];
    const errors = [Object.assign(new Error('busy'), { afterMs: 300 }), new Error('busy'), null];
    const call = async (): Promise<string> => {
      const error = errors.shift();
      if (error) throw error;
      return 'done';
    };
    const done = retryCall(call, {
      isRetryable: () => true,
      pausesMs: [10],
      getRequestedPauseMs: (error) => (error as { afterMs?: number }).afterMs ?? null,
      beforePause: () => undefined,
      pause: async (ms) => void pauses.push(ms),
    });
    expect(await done).toBe('done');
    expect(pauses).toEqual([300, 10]);
  });
});
