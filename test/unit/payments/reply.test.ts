/**
 * The reply read from a gateway’s response: only a readable, printable response about this charge
 * counts.
 */
import { describe, expect, test } from '@jest/globals';
import { toReply } from '../../../payments/gateway/reply.js';

const order = { key: 'k', patientId: 'p', amountMinor: 100, currency: 'USD' };
const charge = {
  key: 'k',
  status: 'approved',
  reference: 'r',
  amountMinor: 100,
  currency: 'USD',
  reason: null,
  at: '2026-11-28T10:00:00.000Z',
};
const say = (body: unknown, status = 200, retryAfter?: string) =>
  toReply({ status, retryAfter, body }, order, new Date(0));

describe('verdictOf', () => {
  test.each<[string, object, object]>([
    ['approved', {}, { kind: 'approved', reference: 'r' }],
    [
      'declined',
      { status: 'declined', reason: 'NO_FUNDS' },
      { kind: 'declined', reference: 'r', reason: 'NO_FUNDS' },
    ],
    [
      'declined in another alphabet',
      { status: 'declined', reason: 'Saldo insuficiente — 残高不足' },
      { kind: 'declined', reference: 'r', reason: 'Saldo insuficiente — 残高不足' },
    ],
    [
      'declined without a reason',
      { status: 'declined' },
      { kind: 'declined', reference: 'r', reason: 'DECLINED' },
    ],
    [
      'cancelled, without an amount',
      { status: 'cancelled', amountMinor: 0, currency: 'XXX' },
      { kind: 'cancelled' },
    ],
  ])('%s', (_name, rest, expected) => expect(say({ ...charge, ...rest })).toEqual(expected));

  test.each<[string, object]>([
    ['another key', { key: 'other' }],
    ['another key, cancelled', { key: 'other', status: 'cancelled' }],
    ['another amount', { amountMinor: 101 }],
    ['another currency', { currency: 'EUR' }],
    ['another kind of order', { kind: 'refund' }],
    ['an operation', { of: 'root' }],
    ['a declined charge of another amount', { status: 'declined', amountMinor: 1 }],
    ['a reason with NUL', { status: 'declined', reason: 'no\u0000' }],
    ['a reason with an escape sequence', { status: 'declined', reason: '\u001b[2J' }],
    ['a reason with a line break', { status: 'declined', reason: 'a\nb' }],
    ['a reason with a lone surrogate', { status: 'declined', reason: '\ud800' }],
    ['a reason with a text-direction mark', { status: 'declined', reason: '\u202egnp' }],
    ['a reason that is too long', { status: 'declined', reason: 'x'.repeat(201) }],
    ['a reference with NUL', { reference: '\u0000' }],
    ['a reference that is too long', { reference: 'x'.repeat(201) }],
    ['an unknown status', { status: 'maybe' }],
  ])('%s: unknown', (_name, rest) => expect(say({ ...charge, ...rest }).kind).toBe('unknown'));

  test.each<[string, unknown, number]>([
    ['no JSON', '<html>', 200],
    ['nothing', '', 200],
    ['null', null, 200],
    ['an error with a charge in it', charge, 500],
    ['a conflict', charge, 409],
    ['a redirect', charge, 302],
    ['no access', {}, 401],
  ])('%s: unknown', (_name, body, status) => expect(say(body, status).kind).toBe('unknown'));

  test.each<[number, string | undefined, object]>([
    [404, undefined, { kind: 'absent' }],
    [503, undefined, { kind: 'unavailable', error: 'gateway answered 503' }],
    [503, '3', { kind: 'unavailable', error: 'gateway answered 503', retryAfterMs: 3_000 }],
    [429, undefined, { kind: 'limited', error: 'gateway answered 429' }],
    [
      429,
      'Thu, 01 Jan 1970 00:00:02 GMT',
      { kind: 'limited', error: 'gateway answered 429', retryAfterMs: 2_000 },
    ],
  ])('status %i with Retry-After %j', (status, retryAfter, expected) =>
    expect(say({}, status, retryAfter)).toEqual(expected),
  );
});
