/**
 * Each checker must report its planted violation; a clean history has none; missing evidence never
 * counts as a pass.
 */
import { describe, expect, test } from '@jest/globals';
import { measureCost } from '../../support/processor-time.js';
import { check, CHECKERS, judge } from '../../../experiments/checkers/checkers.js';
import type { RunEvidence, PaymentRow } from '../../../experiments/record/history.js';
import {
  electionRow as election,
  paymentRow as row,
  requestRecord as request,
} from '../../support/evidence.js';

const second = (rest: Partial<PaymentRow> = {}): PaymentRow =>
  row({ id: 'p2', key: 'k2', seq: 2, completedMs: 6, ...rest });
/** Of another patient. */
const declined = (rest: Partial<PaymentRow> = {}): PaymentRow =>
  row({ id: 'p3', key: 'k3', seq: 3, patientId: 'b', status: 'DECLINED', completedMs: 7, ...rest });
const pending = row({
  id: 'p4',
  key: 'k4',
  seq: 4,
  status: 'PENDING',
  term: null,
  processedBy: null,
  completedMs: null,
});

const clean = (): RunEvidence => ({
  requests: [
    request({}),
    request({ key: 'k2', paymentId: 'p2' }),
    request({ key: 'k3', paymentId: 'p3', status: 'DECLINED' }),
  ],
  payments: [row({}), second(), declined()],
  charges: [
    { key: 'p1', status: 'approved' },
    { key: 'p2', status: 'approved' },
    { key: 'p3', status: 'declined' },
  ],
  elections: [election({}), election({ term: 2, leader: 'server_2', electedMs: 100 })],
  faults: [],
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

describe('verdict', () => {
  const circumstances = { rested: true, deadlineMs: 10 };

  test('without a ledger charges are not judged, and the verdict is unknown', () => {
    const judgement = judge({ ...clean(), charges: null }, circumstances);
    expect(judgement).toMatchObject({ verdict: 'unknown', violations: [] });
    expect(judgement.missing).toEqual([expect.stringMatching(/ledger/)]);
  });

  test('not at rest: a pending payment, charged or not, is not a violation yet; the verdict is unknown', () => {
    const charges = [...(clean().charges ?? []), { key: 'p4', status: 'approved' as const }];
    const evidence = { ...clean(), payments: [...clean().payments, pending], charges };
    expect(judge(evidence, { ...circumstances, rested: false })).toMatchObject({
      verdict: 'unknown',
      violations: [],
    });
    expect(judge(evidence, circumstances).violations.map(({ rule }) => rule)).toEqual([
      'charged-not-saved',
      'never-final',
    ]);
  });

  test('a proven violation outweighs missing evidence', () => {
    const evidence = { ...clean(), charges: null, requests: [request({ paymentId: 'p9' })] };
    expect(judge(evidence, { ...circumstances, rested: false }).verdict).toBe('invalid');
  });
});

describe('findings', () => {
  const findings = (requests: RunEvidence['requests'], payments = clean().payments) =>
    judge({ ...clean(), requests, payments }, { rested: true, deadlineMs: 10 });

  test('paid, but the client received an error: listed, and not a violation', () => {
    const cut = request({ status: null, paymentId: null, httpStatus: null, error: 'ECONNRESET' });
    const judgement = findings([cut, ...clean().requests.slice(1)]);
    expect(judgement).toMatchObject({ verdict: 'valid', violations: [] });
    expect(judgement.findings).toEqual([
      { rule: 'saved-not-answered', ids: ['p1'] },
      { rule: 'unavailable', ids: ['k1', 'k3'] },
    ]);
  });

  test('a batch without an answer: its payments are found by their keys', () => {
    const batch = [
      row({ key: 'batch:b1:0' }),
      row({ id: 'p2', key: 'batch:b2:0', seq: 2, completedMs: 6 }),
    ];
    const told = request({ key: 'batch:b2:0', paymentId: 'p2' });
    const untold = request({
      key: 'trial-1-batch#0',
      status: null,
      paymentId: null,
      error: 'ETIMEDOUT',
    });
    expect(findings([told, untold], batch).findings[0]).toEqual({
      rule: 'saved-not-answered',
      ids: ['p1'],
    });
  });

  test('late is unavailable, with the request named', () => {
    expect(findings([request({ key: 'late', answeredMs: 11 })]).findings).toEqual([
      { rule: 'unavailable', ids: ['late'] },
    ]);
  });
});

describe('a long history', () => {
  const PAYMENTS = 200_000;

  /** Generated during the iteration: only the checkers keep data of it. */
  const each = <T>(item: (n: number) => T): Iterable<T> => ({
    *[Symbol.iterator]() {
      for (let n = 0; n < PAYMENTS; n += 1) yield item(n);
    },
  });
  const history = {
    requests: each((n) =>
      request({ key: `k${n}`, paymentId: `p${n}`, intendedMs: n, answeredMs: n + 5 }),
    ),
    payments: each((n) =>
      row({ id: `p${n}`, key: `k${n}`, seq: n, patientId: `patient-${n % 500}`, completedMs: n }),
    ),
    charges: each((n) => ({ key: `p${n}`, status: 'approved' as const })),
    elections: [election({})],
  };

  test('200,000 payments are judged in seconds', () => {
    const { costMs, result } = measureCost(() => judge(history, { rested: true, deadlineMs: 10 }));
    expect(result).toEqual({
      verdict: 'valid',
      violations: [],
      findings: [],
      missing: [],
    });
    // Two or three seconds, mostly to generate them repeatedly; a quadratic rule would need hours.
    expect(costMs).toBeLessThan(30_000);
  });
});
