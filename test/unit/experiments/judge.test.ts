/**
 * The judgement of a run: missing evidence never counts as a pass, findings are no violations, and
 * a long history is judged in time.
 */
import { describe, expect, test } from '@jest/globals';
import { measureCost } from '../../support/processor-time.js';
import { judge } from '../../../experiments/checkers/checkers.js';
import type { RunEvidence } from '../../../experiments/record/history.js';
import {
  electionRow as election,
  paymentRow as row,
  requestRecord as request,
} from '../../support/evidence.js';
import { pending, clean } from './checkers-evidence.js';

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
