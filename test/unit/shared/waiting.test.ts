/**
 * The cause why a payment waits: one decision for the console, the CLI and the pages of the staff.
 */
import { findWaiting, getAnsweredStatus, type WaitingFacts } from '../../../shared/core/waiting.js';
import { describeGatewayError, describeWaiting } from '../../../shared/waiting-text.js';

const WORKING: WaitingFacts = {
  database: 'writable',
  leader: 'server_1',
  isLeaderLost: false,
  leaderlessMs: null,
  isGatewayReached: true,
  gatewayError: null,
  lastError: null,
  nextAttemptMs: null,
  ahead: 0,
  stalledMs: null,
};
const RETRIED = { lastError: 'gateway answered 503', nextAttemptMs: 3_200 };
const LOST = { isLeaderLost: true, leaderlessMs: 12_000 };

const explain = (facts: Partial<WaitingFacts>): string =>
  describeWaiting(findWaiting({ ...WORKING, ...facts }));

test.each<[Partial<WaitingFacts>, string]>([
  [{}, 'server_1 is charging it'],
  [{ ahead: 1 }, '1 earlier payment is in front'],
  [{ ahead: 8 }, '8 earlier payments are in front'],
  [RETRIED, 'the gateway answered 503; next attempt in 4 s'],
  [{ ...RETRIED, nextAttemptMs: -20 }, 'the gateway answered 503; the next attempt is due'],
  [{ isGatewayReached: false }, 'the gateway does not answer'],
  [
    { isGatewayReached: false, gatewayError: 'no answer within 5000 ms' },
    'the gateway gave no answer within 5000 ms',
  ],
  [LOST, 'no leader for 12 s'],
  [{ leader: null }, 'no leader'],
  [{ database: 'read-only' }, 'the database refuses writes'],
  [{ database: 'silent' }, 'the database does not answer'],
  [{ nextAttemptMs: 2_000 }, 'an earlier payment of its patient is retried; next attempt in 2 s'],
  [
    { lastError: 'the database refuses the row: SQLSTATE 23514', nextAttemptMs: 1_000 },
    'the database refuses the row: SQLSTATE 23514; next attempt in 1 s',
  ],
  [{ stalledMs: 8_000 }, 'server_1 has made no progress for 8 s'],
])('%j: %s', (facts, sentence) => expect(explain(facts)).toBe(sentence));

test('the cause that stops the others comes first', () => {
  const all = { ...RETRIED, ...LOST, database: 'read-only' as const, ahead: 3, stalledMs: 9_000 };
  expect(explain(all)).toBe('the database refuses writes');
  expect(explain({ ...all, database: 'writable' })).toBe('no leader for 12 s');
  expect(explain({ ...all, database: 'writable', isLeaderLost: false })).toContain('503');
});

test('a fact that is not known is no cause', () => {
  expect(explain({ database: null, isGatewayReached: null })).toBe('server_1 is charging it');
});

test('progress that stops for a moment is no cause', () => {
  expect(explain({ stalledMs: 4_999, ahead: 2 })).toBe('2 earlier payments are in front');
});

test.each([
  ['gateway answered 503', 'the gateway answered 503'],
  ['gateway answered for another key', 'the gateway answered for another key'],
  ['the gateway lost the call', 'the gateway lost the call'],
  ['ECONNREFUSED', 'the gateway refuses the connection'],
  ['EHOSTUNREACH', 'a call to the gateway failed (EHOSTUNREACH)'],
  [null, 'the gateway does not answer'],
])('the error %s is: %s', (error, text) => expect(describeGatewayError(error)).toBe(text));

test('only an answered status is read from an error', () => {
  expect(getAnsweredStatus('gateway answered 429')).toBe(429);
  expect(getAnsweredStatus('gateway answered for another key')).toBeNull();
  expect(getAnsweredStatus('no answer within 503 ms')).toBeNull();
  expect(getAnsweredStatus(null)).toBeNull();
});
