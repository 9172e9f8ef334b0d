/** Waiting for a condition: the value, the deadline, the pauses and the end by a signal. */
import { describe, expect, test } from '@jest/globals';
import { pollUntil, waitUntil } from '../../../shared/wait-until.js';

/** Returns the values one after another, then the last one again and again. */
const yieldInTurn = <T>(...values: T[]): (() => T) => {
  let index = 0;
  return () => values[Math.min(index++, values.length - 1)] as T;
};

describe('pollUntil', () => {
  test('returns the first truthy value, also of a promise', async () => {
    const check = yieldInTurn<unknown>(null, 0, 'found');
    expect(await pollUntil(async () => check(), { deadlineMs: 10_000, pollMs: 1 })).toBe('found');
  });

  test('checks once even when the deadline is in the past', async () => {
    expect(await pollUntil(() => 'there', { deadlineMs: -1, pollMs: 1 })).toBe('there');
    expect(await pollUntil(() => null, { deadlineMs: -1, pollMs: 1 })).toBeNull();
  });

  test('returns the last value when the deadline passes first', async () => {
    const before = performance.now();
    expect(await pollUntil(() => false, { deadlineMs: 30, pollMs: 5 })).toBe(false);
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
  });

  test('throws an error of the check unchanged', async () => {
    const check = (): boolean => {
      throw new Error('cannot check');
    };
    await expect(pollUntil(check, { deadlineMs: 10_000, pollMs: 1 })).rejects.toThrow(
      'cannot check',
    );
  });

  test('ends when the signal fires during a pause', async () => {
    const stop = new AbortController();
    const wait = pollUntil(() => false, {
      deadlineMs: Infinity,
      pollMs: 60_000,
      signal: stop.signal,
    });
    stop.abort();
    await expect(wait).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('waitUntil', () => {
  const toError = (): Error => new Error('too late');

  test('returns the truthy value', async () => {
    const check = yieldInTurn(undefined, { term: 7 });
    expect(await waitUntil(check, { deadlineMs: 10_000, pollMs: 1, toError })).toEqual({ term: 7 });
  });

  test('throws the error of the caller when the deadline has passed', async () => {
    await expect(waitUntil(() => false, { deadlineMs: 0, pollMs: 1, toError })).rejects.toThrow(
      'too late',
    );
  });
});
