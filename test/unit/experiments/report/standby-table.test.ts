/** The table of the availability on a storage with standbys: shares, the longest wait, victims. */
import { expect, test } from '@jest/globals';
import { describeStandby, standbyTable } from '../../../../experiments/report/standby-table.js';
import type { ExperimentResult } from '../../../../experiments/record/result.js';
import { summarizeTrial, toFaultRecords } from '../../../../experiments/record/trial-summary.js';
import { everyPaymentFinal } from '../../../../experiments/scenarios/availability-objectives.js';
import {
  emptyEvidence,
  faultWindow,
  paymentRow,
  requestRecord,
} from '../../../support/evidence.js';

const WAITS_MS = [100, 1_000, 1_001, 4_000, 6_000];
const requests = WAITS_MS.map((answeredMs, index) =>
  requestRecord({ key: `k${index}`, paymentId: `p${index}`, answeredMs }),
);
const rows = requests.map(({ paymentId }) => [paymentId!, paymentRow({ id: paymentId! })] as const);
const trial = (given = rows) =>
  summarizeTrial({
    requests,
    payments: new Map(given),
    faults: toFaultRecords(
      ['patroni_1', 'patroni_3', 'redis_2', 'server_1'].map((target) => faultWindow({ target })),
      0,
    ),
    handovers: [],
    deadlineMs: 30_000,
    limitsMs: [1_000, 5_000],
  });

function resultOf(total = trial()): ExperimentResult {
  const systems = [{ system: 'relevo', trials: [total, total], total }];
  return {
    ...{ name: 'availability', seed: 1, commit: 'c', startedAt: '', durationMs: 1 },
    ...{ verdict: 'valid', violations: [], objectives: [everyPaymentFinal(total)], systems },
  };
}

test('a trial counts the payments within each time, and only those that have a row', () => {
  expect(trial().within).toEqual([
    { ms: 1_000, payments: 2 },
    { ms: 5_000, payments: 4 },
  ]);
  expect(trial(rows.slice(1)).within?.[0]).toEqual({ ms: 1_000, payments: 1 });
});

test('every payment final: met by the last one only', () => {
  expect(everyPaymentFinal(trial())).toEqual({
    ...{ name: 'payments final', target: 5, actual: 5, met: true },
  });
  expect(everyPaymentFinal(trial(rows.slice(1)))).toMatchObject({ actual: 4, met: false });
});

test('one sentence with all figures', () => {
  const result = resultOf();
  const total = { ...result.systems[0]!.total, sent: 10, withinDeadline: 10 };
  const sentence = describeStandby({ systems: [{ ...result.systems[0]!, total }] });
  expect(sentence).toBe(
    'Of 10 payments 10 became final, 4 within 1 s (40.000 %), 8 within 5 s (80.000 %); the longest took 6.00 s.',
  );
});

test('the table names the victims by kind, within 80 columns', () => {
  const table = standbyTable(
    resultOf(),
    { missing: [], evidence: emptyEvidence({ requests }) },
    'open',
  );
  expect(table).toContain('2 database primaries, 1 Redis primaries, 1 replicas failed');
  expect(table).toMatch(/^trial +final +in 1 s +in 5 s/m);
  expect(table).toContain('Met: payments final: 5 (at least 5)');
  for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});
