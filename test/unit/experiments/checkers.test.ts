/** Each checker must report its planted violation; a clean history has none. */
import { describe, expect, test } from '@jest/globals';
import { check, CHECKERS, judge } from '../../../experiments/checkers/checkers.js';
import type { ChargeRow, PaymentRow, RunEvidence } from '../../../experiments/record/history.js';
import {
  electionRow as election,
  paymentRow as row,
  requestRecord as request,
} from '../../support/evidence.js';
import { second, declined, pending, clean } from './checkers-evidence.js';

const paid = row({ amountMinor: 100 });
const refundRow = (amountMinor: number, id = 'p2'): PaymentRow =>
  second({ id, key: id, kind: 'refund', of: 'p1', amountMinor, seq: Number(id.slice(1)) });
const movement = (rest: Partial<ChargeRow>): ChargeRow => ({
  ...{ key: 'p1', status: 'approved', amountMinor: 100 },
  ...rest,
});

/** Rule → the violation planted in the clean history, and the ids that the checker must report. */
const PLANTED: Record<keyof typeof CHECKERS, [string, Partial<RunEvidence>, string[]][]> = {
  'lost': [
    [
      'an answer 202 and no row',
      { requests: [request({ paymentId: 'p9', status: 'PENDING' })] },
      ['p9'],
    ],
  ],
  'duplicated': [
    [
      'two rows of one request',
      {
        payments: [...clean().payments, declined({ id: 'p4', key: 'k1', seq: 4, completedMs: 8 })],
      },
      ['k1'],
    ],
  ],
  'charged-twice': [
    [
      'two movements',
      { charges: [...(clean().charges ?? []), { key: 'p2', status: 'approved' }] },
      ['p2'],
    ],
  ],
  'charged-not-saved': [
    [
      'a movement for a declined payment',
      { charges: [...(clean().charges ?? []), { key: 'p3', status: 'approved' }] },
      ['p3'],
    ],
    [
      'a movement for no payment',
      { charges: [...(clean().charges ?? []), { key: 'p9', status: 'approved' }] },
      ['p9'],
    ],
  ],
  'saved-not-charged': [
    [
      'no movement',
      {
        charges: [
          { key: 'p1', status: 'approved' },
          { key: 'p3', status: 'declined' },
        ],
      },
      ['p2'],
    ],
  ],
  'ledgers-differ': [
    [
      'a refund of another amount',
      {
        requests: [],
        payments: [paid, refundRow(40)],
        charges: [movement({}), movement({ key: 'p2', kind: 'refund', of: 'p1', amountMinor: 41 })],
      },
      ['p2'],
    ],
    [
      'a refund that the gateway made as a charge',
      {
        requests: [],
        payments: [paid, refundRow(40)],
        charges: [movement({}), movement({ key: 'p2', amountMinor: 40 })],
      },
      ['p2'],
    ],
  ],
  'beyond-payment': [
    [
      'refunds of more than was paid, by the rows',
      { requests: [], payments: [paid, refundRow(60), refundRow(60, 'p4')], charges: null },
      ['p4'],
    ],
    [
      'refunds of more than was paid, by the gateway',
      {
        requests: [],
        payments: [paid, refundRow(101)],
        charges: [
          movement({}),
          movement({ key: 'p2', kind: 'refund', of: 'p1', amountMinor: 101 }),
        ],
      },
      ['p2'],
    ],
    [
      'a void after a capture',
      {
        requests: [],
        payments: [
          { ...paid, kind: 'authorize' },
          { ...refundRow(100), kind: 'capture' },
          { ...refundRow(100, 'p4'), kind: 'void' },
        ],
        charges: null,
      },
      ['p4'],
    ],
  ],
  'unbalanced': [['a ledger with a remainder', { unbalanced: ['p1'] }, ['p1']]],
  'answered-not-saved': [
    // Still pending at rest violates a second rule, which has its own case below.
    [
      'told SUCCEEDED, no row either',
      { requests: [request({ paymentId: 'p9', status: 'SUCCEEDED' })] },
      ['p9'],
    ],
  ],
  'changed-after-final': [
    [
      'answered SUCCEEDED, the row is DECLINED',
      { requests: [request({ paymentId: 'p3' })] },
      ['p3'],
    ],
    ['two different answers', { requests: [request({}), request({ status: 'FAILED' })] }, ['p1']],
  ],
  'never-final': [['pending at rest', { payments: [...clean().payments, pending] }, ['p4']]],
  'stale-term': [
    [
      'after the next election',
      { payments: [row({}), second({ completedMs: 101 }), declined()] },
      ['p2'],
    ],
    [
      'by a replica that did not lead',
      { payments: [row({}), second({ term: 2, completedMs: 101 }), declined()] },
      ['p2'],
    ],
    [
      'a term without an election',
      { payments: [row({}), second({ term: 9 }), declined()] },
      ['p2'],
    ],
  ],
  'two-leaders': [
    [
      'two elections',
      {
        elections: [
          ...clean().elections,
          election({ term: 2, leader: 'server_2', electedMs: 100 }),
        ],
      },
      ['term 2'],
    ],
  ],
  'term-order': [
    [
      'a gap',
      {
        elections: [
          ...clean().elections,
          election({ term: 4, leader: 'server_3', electedMs: 200 }),
        ],
      },
      ['term 4'],
    ],
    [
      'back in time',
      {
        elections: [...clean().elections, election({ term: 3, leader: 'server_3', electedMs: 99 })],
      },
      ['term 3'],
    ],
  ],
  'out-of-order': [
    ['overtaken', { payments: [row({ completedMs: 9 }), second(), declined()] }, ['p2']],
    [
      'for any order of the rows',
      { payments: [declined(), second(), row({ completedMs: 9 })] },
      ['p2'],
    ],
  ],
};

const cases = Object.entries(PLANTED).flatMap(([rule, plants]) =>
  plants.map(([what, planted, ids]) => [rule, what, planted, ids] as const),
);

describe('checkers', () => {
  test('a clean history violates no rule; a declined payment does not count as available', () => {
    const findings = [{ rule: 'unavailable', ids: ['k3'] }];
    expect(judge(clean(), { rested: true, deadlineMs: 10 })).toEqual({
      verdict: 'valid',
      violations: [],
      findings,
      missing: [],
    });
  });

  test('every rule has a planted violation', () => {
    expect(Object.keys(PLANTED).sort()).toEqual(Object.keys(CHECKERS).sort());
  });

  test.each(cases)('%s (%s) is detected, with its ids', (rule, _what, planted, ids) => {
    const violations = check({ ...clean(), ...planted });
    expect(violations).toContainEqual({ rule, ids });
    // An answer about a missing row is lost as well; no other rule is violated.
    expect(
      violations
        .map((violation) => violation.rule)
        .filter((other) => other !== rule && other !== 'lost'),
    ).toEqual([]);
    expect(judge({ ...clean(), ...planted }, { rested: true, deadlineMs: 10 }).verdict).toBe(
      'invalid',
    );
  });

  test('two replicas that commit under one term are two leaders, whichever was elected', () => {
    const payments = [row({}), second({ processedBy: 'server_3' }), declined()];
    expect(check({ ...clean(), payments })).toEqual([
      { rule: 'stale-term', ids: ['p2'] },
      { rule: 'two-leaders', ids: ['term 1'] },
    ]);
  });

  test('answered SUCCEEDED while the row is pending: answered and not saved', () => {
    const evidence = {
      ...clean(),
      requests: [request({ paymentId: 'p4', key: 'k4' })],
      payments: [...clean().payments, pending],
    };
    expect(check(evidence)).toContainEqual({ rule: 'answered-not-saved', ids: ['p4'] });
  });
});
