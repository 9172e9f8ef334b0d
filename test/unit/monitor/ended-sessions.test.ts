/** The list of ended sessions with a database that answers, fails, or does not answer. */
import { jest } from '@jest/globals';
import { PostgresEndedSessions } from '../../../monitor/console/ended-sessions.js';
import { createLogger } from '../../../shared/observability/logger.js';
import type { Queryable } from '../../../shared/postgres/postgres.js';

const logger = createLogger('test', 'test', 'silent');
const over = (query: () => Promise<unknown>): PostgresEndedSessions =>
  new PostgresEndedSessions({ query } as unknown as Queryable, 16, logger);

test('while the database fails the state of a session is unknown, and a sign-out still holds at this monitor', async () => {
  const sessions = over(() => Promise.reject(new Error('gone')));
  expect(await sessions.has('one')).toBeNull();
  expect(await sessions.end('one')).toBe(false);
  expect([await sessions.has('one'), await sessions.has('two')]).toEqual([true, null]);
});

test('known results hold while the database is unavailable', async () => {
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

  test('times out after half a second', async () => {
    let answer: boolean | null | undefined;
    void over(() => new Promise(() => undefined))
      .has('one')
      .then((found) => (answer = found));
    await jest.advanceTimersByTimeAsync(499);
    expect(answer).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1);
    expect(answer).toBeNull();
  });
});

test('remembers a bounded number of ended sessions', async () => {
  const sessions = over(() => Promise.reject(new Error('gone')));
  for (let number = 0; number < 1_001; number += 1) await sessions.end(String(number));
  expect([await sessions.has('0'), await sessions.has('1'), await sessions.has('1000')]).toEqual([
    null,
    true,
    true,
  ]);
});
