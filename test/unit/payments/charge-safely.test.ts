/**
 * One attempt at the gateway: lost answers are looked up by key, and FAILED needs the gateway's
 * confirmation (I6).
 */
import { describe, expect, test } from '@jest/globals';
import { chargeSafely } from '../../../payments/gateway/charge-safely.js';
import type { Gateway, Reply } from '../../../payments/core/gateway.js';

const order = { key: 'k', patientId: 'p', amountMinor: 100, currency: 'USD' };
const approved: Reply = { kind: 'approved', reference: 'r' };
const declined: Reply = { kind: 'declined', reference: 'r', reason: 'NO_FUNDS' };
const unknown: Reply = { kind: 'unknown', error: 'ECONNRESET' };
const unavailable: Reply = { kind: 'unavailable', error: 'gateway answered 503' };
const unsent: Reply = { kind: 'unsent', error: 'ECONNREFUSED' };
const limited: Reply = { kind: 'limited', error: 'gateway answered 429', retryAfterMs: 2_000 };
const absent: Reply = { kind: 'absent' };
const cancelled: Reply = { kind: 'cancelled' };

function scripted(charge: Reply, lookup: Reply, cancel: Reply) {
  const calls: string[] = [];
  const say = (name: string, reply: Reply) => async () => {
    calls.push(name);
    return reply;
  };
  const gateway: Gateway = {
    charge: say('charge', charge),
    lookup: say('lookup', lookup),
    cancel: say('cancel', cancel),
    reachable: async () => true,
  };
  return { gateway, calls };
}

describe('chargeSafely', () => {
  test.each<[string, Reply, Reply, Reply, boolean, string, string[]]>([
    ['approved', approved, absent, cancelled, false, 'succeeded', ['charge']],
    ['declined', declined, absent, cancelled, false, 'declined', ['charge']],
    ['key closed before', cancelled, absent, cancelled, false, 'failed', ['charge']],
    [
      'answer lost, charged',
      unknown,
      approved,
      cancelled,
      false,
      'succeeded',
      ['charge', 'lookup'],
    ],
    [
      'answer lost, declined',
      unknown,
      declined,
      cancelled,
      false,
      'declined',
      ['charge', 'lookup'],
    ],
    ['answer lost, call lost', unknown, absent, cancelled, false, 'again', ['charge', 'lookup']],
    [
      'answer lost, look-up lost',
      unknown,
      unknown,
      cancelled,
      false,
      'again',
      ['charge', 'lookup'],
    ],
    ['refused, more attempts', unavailable, absent, cancelled, false, 'again', ['charge']],
    ['refused, last attempt', unavailable, absent, cancelled, true, 'failed', ['charge', 'cancel']],
    [
      'refused, last attempt, an earlier call had charged',
      unavailable,
      absent,
      approved,
      true,
      'succeeded',
      ['charge', 'cancel'],
    ],
    [
      'refused, last attempt, no confirmation',
      unavailable,
      absent,
      unavailable,
      true,
      'again',
      ['charge', 'cancel'],
    ],
    ['never sent', unsent, absent, cancelled, false, 'again', ['charge']],
    [
      'never sent, last attempt: no reason to close the key',
      unsent,
      absent,
      cancelled,
      true,
      'again',
      ['charge'],
    ],
    [
      'rate limit, last attempt: no reason to close the key',
      limited,
      absent,
      cancelled,
      true,
      'again',
      ['charge'],
    ],
    [
      'all lost, last attempt',
      unknown,
      unknown,
      unknown,
      true,
      'again',
      ['charge', 'lookup', 'cancel'],
    ],
    [
      'answer lost, last attempt, cancelled in time',
      unknown,
      absent,
      cancelled,
      true,
      'failed',
      ['charge', 'lookup', 'cancel'],
    ],
  ])('%s → %5$s', async (_name, charge, lookup, cancel, last, expected, expectedCalls) => {
    const { gateway, calls } = scripted(charge, lookup, cancel);
    const attempt = await chargeSafely(gateway, order, { last }, new AbortController().signal);
    expect(attempt.kind).toBe(expected);
    expect(calls).toEqual(expectedCalls);
  });

  test.each<[string, Reply, Reply, object]>([
    [
      'a charge that was never sent does not count as an attempt',
      unsent,
      absent,
      { kind: 'again', error: 'ECONNREFUSED', uncounted: true },
    ],
    [
      'a charge that a rate limit refused is no attempt, and its wait is kept',
      limited,
      absent,
      { kind: 'again', error: 'gateway answered 429', uncounted: true, retryAfterMs: 2_000 },
    ],
    [
      'a charge that the gateway refused is an attempt',
      unavailable,
      absent,
      { kind: 'again', error: 'gateway answered 503' },
    ],
    [
      'a charge whose answer was lost is an attempt, even if the look-up was never sent',
      unknown,
      unsent,
      { kind: 'again', error: 'ECONNREFUSED' },
    ],
  ])('%s', async (_name, charge, lookup, expected) => {
    const { gateway } = scripted(charge, lookup, cancelled);
    const attempt = chargeSafely(gateway, order, { last: false }, new AbortController().signal);
    expect(await attempt).toEqual(expected);
  });

  test.each<[string, Reply, object]>([
    ['closes the key', cancelled, { kind: 'failed', reason: 'CANCELLED' }],
    ['charged before: the charge counts', approved, { kind: 'succeeded', reference: 'r' }],
    ['tries again when the answer is lost', unknown, { kind: 'again', error: 'ECONNRESET' }],
  ])('a cancelled payment is not charged: %s', async (_name, cancel, expected) => {
    const { gateway, calls } = scripted(approved, absent, cancel);
    const rules = { last: true, cancelling: true };
    const attempt = await chargeSafely(gateway, order, rules, new AbortController().signal);
    expect(attempt).toEqual(expected);
    expect(calls).toEqual(['cancel']);
  });
});
