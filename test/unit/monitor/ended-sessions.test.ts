/** The list of ended sessions over a database that answers, fails, or says nothing. */
import { jest } from '@jest/globals';
import { PostgresEndedSessions } from '../../../monitor/ended-sessions.js';
import { createLogger } from '../../../shared/logger.js';
import type { Queryable } from '../../../shared/postgres.js';

const logger = createLogger('test', 'test', 'silent');
const over = (query: () => Promise<unknown>): PostgresEndedSessions =>
  new PostgresEndedSessions({ query } as unknown as Queryable, 16, logger);

test('a database that fails says nothing of a session; a sign-out holds at this monitor all the same', async () => {
  const sessions = over(() => Promise.reject(new Error('gone')));
  expect(await sessions.has('one')).toBeNull();
  expect(await sessions.end('one')).toBe(false);
  expect([await sessions.has('one'), await sessions.has('two')]).toEqual([true, null]);
});

test('what was learnt holds while the database is away', async () => {
  let isAway = false;
  const sessions = over(async () => {
    if (isAway) throw new Error('gone');
    return { rows: [{ ended: true }] };
  });
  expect(await sessions.has('one')).toBe(true);
  isAway = true;
  expect([await sessions.has('one'), await sessions.has('two')]).toEqual([true, null]);
});

describe('a database that does not answer', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('is waited for half a second', async () => {
    let answer: boolean | null | undefined;
    void over(() => new Promise(() => undefined)).has('one').then((found) => (answer = found));
    await jest.advanceTimersByTimeAsync(499);
    expect(answer).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1);
    expect(answer).toBeNull();
  });
});

test('a bounded number of ended sessions is remembered', async () => {
  const sessions = over(() => Promise.reject(new Error('gone')));
  for (let number = 0; number < 1_001; number += 1) await sessions.end(String(number));
  expect([await sessions.has('0'), await sessions.has('1'), await sessions.has('1000')]).toEqual([null, true, true]);
});
