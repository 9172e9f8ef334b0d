/** Each checker is shown a planted violation and must name it; a clean history must stay clean. */
import { describe, expect, test } from '@jest/globals';
import { check, CHECKERS } from '../../../experiments/checkers/checkers.js';
import type { Evidence } from '../../../experiments/history.js';
import { electionRow as election, paymentRow as row, requestRecord as request } from '../../support/evidence.js';

const clean = (): Evidence => ({
  requests: [request({}), request({ key: 'k2', paymentId: 'p2' }), request({ key: 'k3', paymentId: null, status: null, httpStatus: 503, error: 'UNAVAILABLE' })],
  payments: [row({}), row({ id: 'p2', key: 'k2', seq: 2, completedMs: 6 }), row({ id: 'p3', key: 'k3', seq: 3, status: 'DECLINED', completedMs: 7 })],
  charges: [{ key: 'p1', status: 'approved' }, { key: 'p2', status: 'approved' }, { key: 'p3', status: 'declined' }],
  elections: [election({}), election({ term: 2, leader: 'server_2', electedMs: 100 })],
  faults: [],
});

const PLANTED: Record<keyof typeof CHECKERS, [Partial<Evidence>, string[]]> = {
  lost: [{ requests: [request({ paymentId: 'p9', status: 'PENDING' })] }, ['p9']],
  duplicated: [{ payments: [...clean().payments, row({ id: 'p4', key: 'k1', seq: 4, status: 'DECLINED', completedMs: 8 })] }, ['k1']],
  'charged-twice': [{ charges: [...(clean().charges ?? []), { key: 'p2', status: 'approved' }] }, ['p2']],
  'charged-not-saved': [{ charges: [...(clean().charges ?? []), { key: 'p3', status: 'approved' }] }, ['p3']],
  'saved-not-charged': [{ charges: [{ key: 'p1', status: 'approved' }] }, ['p2']],
  'answered-not-saved': [{ requests: [request({ paymentId: 'p3', status: 'SUCCEEDED' })] }, ['p3']],
  'never-final': [{ payments: [...clean().payments, row({ id: 'p4', key: 'k4', seq: 4, status: 'PENDING', term: null, processedBy: null, completedMs: null })] }, ['p4']],
  'stale-term': [
    { payments: [row({}), row({ id: 'p2', key: 'k2', seq: 2, completedMs: 101 }), row({ id: 'p3', key: 'k3', seq: 3, status: 'DECLINED', processedBy: 'server_3', completedMs: 102 })] },
    ['p2', 'p3'],
  ],
  'two-leaders': [{ elections: [...clean().elections, election({ term: 2, leader: 'server_2', electedMs: 100 })] }, ['term 2']],
  'out-of-order': [
    { payments: [row({ completedMs: 9 }), row({ id: 'p2', key: 'k2', seq: 2, completedMs: 6 }), row({ id: 'p3', key: 'k3', seq: 3, patientId: 'b', status: 'DECLINED', completedMs: 7 })] },
    ['p2'],
  ],
};

describe('checkers', () => {
  test('a clean history breaks no rule', () => {
    expect(check(clean())).toEqual([]);
  });

  test('every rule has a planted violation', () => {
    expect(Object.keys(PLANTED).sort()).toEqual(Object.keys(CHECKERS).sort());
  });

  test.each(Object.entries(PLANTED))('%s is caught, with its ids, and nothing else is said', (rule, [planted, ids]) => {
    expect(check({ ...clean(), ...planted })).toEqual([{ rule, ids }]);
  });

  test('without a ledger nothing is said about charges', () => {
    expect(check({ ...clean(), charges: null })).toEqual([]);
  });
});
