/** The cancellation of a list: its preview, and the results in words. */
import { describe, expect, test } from '@jest/globals';
import {
  countMatching,
  previewCancel,
  sumByKind,
  type PaymentToCancel,
} from '../../../../monitor/inspect/cancel-preview.js';
import { pendingQuery } from '../../../../monitor/inspect/filters.js';
import type { Performed } from '../../../../monitor/inspect/list-operator.js';
import { countResults, resultText } from '../../../../monitor/inspect/list-results.js';

const payment = (id: string, rest: Partial<PaymentToCancel> = {}): PaymentToCancel =>
  ({
    id,
    status: 'PENDING',
    kind: 'charge',
    amountMinor: 100,
    currency: 'USD',
    isRequested: false,
    ...rest,
  }) as PaymentToCancel;

describe('the preview', () => {
  test('leaves out final, unknown and already requested payments, each with the reason', () => {
    const found = [
      payment('a'),
      payment('b', { status: 'SUCCEEDED' }),
      payment('c', { isRequested: true }),
    ];
    const { cancel, sums, refused } = previewCancel(['a', 'b', 'c', 'd', 'a'], found);
    expect(cancel.map(({ id }) => id)).toEqual(['a']);
    expect(countMatching(sums)).toBe(1);
    expect(refused).toEqual([
      { id: 'b', why: 'is succeeded by now' },
      { id: 'c', why: 'has a requested cancellation' },
      { id: 'd', why: 'does not exist' },
    ]);
  });

  test('never adds amounts of two currencies, or of two kinds', () => {
    const sums = sumByKind([
      payment('a'),
      payment('b', { kind: 'refund', amountMinor: 5 }),
      payment('c', { currency: 'EUR', amountMinor: 7 }),
      payment('d', { amountMinor: 50 }),
    ]);
    expect(sums).toEqual([
      { kind: 'charge', currency: 'EUR', amountMinor: 7, payments: 1 },
      { kind: 'charge', currency: 'USD', amountMinor: 150, payments: 2 },
      { kind: 'refund', currency: 'USD', amountMinor: 5, payments: 1 },
    ]);
    expect(countMatching(sums)).toBe(4);
    expect(sumByKind([])).toEqual([]);
  });

  test('the filter is that of the search without a status and without pages', () => {
    expect(pendingQuery.safeParse({ acceptedBy: 'patients_1', document: '' }).success).toBe(true);
    for (const wrong of [{ status: 'FAILED' }, { status: 'PENDING' }, { limit: '5' }, { ids: 'a' }])
      expect(pendingQuery.safeParse(wrong).success).toBe(false);
  });
});

const answered = (status: 'PENDING' | 'SUCCEEDED'): Performed => ({
  id: 'a',
  ok: true,
  payment: { id: 'a', status },
  replayed: false,
});
const refused = (code: string): Performed => ({ id: 'a', ok: false, code, detail: 'x' });

describe('the results', () => {
  const all = [
    answered('PENDING'),
    answered('SUCCEEDED'),
    refused('NOT_CANCELLABLE'),
    refused('PAYMENT_NOT_FOUND'),
    refused('NO_PATIENTS_INSTANCE'),
  ];

  test('of a cancellation: a payment that is final is neither requested nor refused', () => {
    expect(countResults('cancel', all)).toEqual({ done: 1, final: 2, refused: 1, notReached: 1 });
    expect(resultText('cancel', all)).toBe(
      '5 payments: 1 requested, 2 already final, 1 refused, 1 not reached.',
    );
  });

  test('of a retry: the new payment may be final', () => {
    expect(resultText('redrive', [answered('SUCCEEDED')])).toBe('1 payment: 1 retried.');
    expect(resultText('redrive', [refused('NOT_REDRIVABLE'), answered('PENDING')])).toBe(
      '2 payments: 1 retried, 1 refused.',
    );
  });
});
