/** Faults of the storage: the outage, and what counts as lost, from records with known figures. */
import { describe, expect, test } from '@jest/globals';
import { storageTable } from '../../../experiments/report/storage-table.js';
import type { ExperimentResult } from '../../../experiments/record/result.js';
import { TrafficCount } from '../../../experiments/traffic/traffic-report.js';
import type {
  PaymentRow,
  RequestRecord,
  RunEvidence,
} from '../../../experiments/record/history.js';
import { groupByFault, storageObjectives } from '../../../experiments/storage/figures.js';
import {
  findLongestGap,
  IMMEDIATE,
  indexSurvivors,
  measureRound,
  type StorageRound,
  type Survivors,
} from '../../../experiments/storage/outage.js';
import { LOST_FILE, lostFiles, lostLines } from '../../../experiments/report/lost-payments.js';
import { listLostPayments } from '../../../experiments/storage/lost-payments.js';
import { emptyEvidence, paymentRow, requestRecord } from '../../support/evidence.js';

const ROUND: StorageRound = {
  fault: 'node-killed',
  target: 'postgres_1',
  calmFromMs: 0,
  atMs: 1_000,
  healedMs: 5_000,
  wholeMs: 8_000,
  direct: { acknowledged: 3, lost: [] },
};

/** A request that was due at `atMs` and answered 10 ms later. */
const request = (name: string, atMs: number, paymentId: string | null): RequestRecord => ({
  trial: 1,
  key: name,
  intendedMs: atMs,
  sentMs: atMs,
  answeredMs: atMs + 10,
  httpStatus: paymentId === null ? 503 : 202,
  status: paymentId === null ? null : 'PENDING',
  paymentId,
  term: null,
  error: paymentId === null ? 'UNAVAILABLE' : 'STILL_PENDING',
  instance: '',
  tries: 1,
  earlierErrors: [],
});
const rowOf = (key: string): PaymentRow => ({ id: key, key, status: 'PENDING' }) as PaymentRow;
const survivorsOf = (
  payments: readonly PaymentRow[],
  charges: RunEvidence['charges'] = [],
): Survivors => indexSurvivors(emptyEvidence({ payments, charges }));

describe('the longest gap', () => {
  test('is between two moments, or between a moment and a bound', () => {
    expect(findLongestGap([400, 100, 150], 0, 500)).toBe(250);
    expect(findLongestGap([10, 20], 0, 500)).toBe(480);
    expect(findLongestGap([900], 0, 500)).toBe(500);
  });
});

describe('a round', () => {
  const requests = [
    request(`${IMMEDIATE}-calm`, 500, 'calm'),
    request(`${IMMEDIATE}-first`, 1_100, 'first'),
    request(`${IMMEDIATE}-refused`, 2_000, null),
    request('waiting-present', 2_100, null),
    request(`${IMMEDIATE}-after`, 4_000, 'after'),
    request('waiting-lost', 4_100, 'lost'),
    request(`${IMMEDIATE}-end`, 7_900, 'end'),
  ];
  const keys = ['calm', 'first', 'after', 'end'].map((name) => `${IMMEDIATE}-${name}`);
  const rows = [...keys, 'waiting-present'].map(rowOf);
  const figures = measureRound(ROUND, requests, survivorsOf(rows));

  test('measures the time without an accepted payment, and the calm before it', () => {
    expect(figures).toMatchObject({ outageMs: 3_900, calmOutageMs: 510, wholeAfterMs: 3_000 });
    expect(figures.longestWaitMs).toBe(10);
  });

  test('finds the acknowledged payment without a row, and the refused one with a row', () => {
    expect(figures.lost).toEqual(['lost']);
    expect(figures.refusedButPresent).toBe(1);
  });

  test('finds the payment with two rows, and the one with two charges', () => {
    const charges = [`${IMMEDIATE}-first`, `${IMMEDIATE}-first`, `${IMMEDIATE}-end`].map((key) => ({
      key,
      status: 'approved' as const,
    }));
    const twice = survivorsOf([...rows, rowOf(`${IMMEDIATE}-after`)], charges);
    expect(figures.doubled).toEqual([]);
    expect(measureRound(ROUND, requests, twice).doubled).toEqual([
      `${IMMEDIATE}-first`,
      `${IMMEDIATE}-after`,
    ]);
  });

  test('finds the outcome that the surviving primary does not have', () => {
    const answered = (name: string) => ({ ...request(name, 3_000, name), status: 'SUCCEEDED' });
    const paid = ['kept', 'pending', 'gone'].map(answered) as RequestRecord[];
    const survivors = survivorsOf([{ ...rowOf('kept'), status: 'SUCCEEDED' }, rowOf('pending')]);
    expect(figures.onOldPrimary).toEqual([]);
    expect(measureRound(ROUND, paid, survivors).onOldPrimary).toEqual(['pending', 'gone']);
  });

  test('counts failed requests, a 202 is none', () => {
    expect(figures.waiting).toEqual({ sent: 2, failed: 1 });
    expect(figures.immediate).toEqual({ sent: 4, failed: 1 });
  });

  test('has one row per route when the routes are compared, and one objective each', () => {
    const compared = (['pool', 'haproxy'] as const).flatMap((route) =>
      groupByFault([figures], ['node-killed'], route),
    );
    const faults = { 'node-killed': { outageMs: 5_000, waitMs: null } };
    const objectives = storageObjectives(compared, faults, 1);
    expect(objectives.slice(5).map(({ name }) => name)).toEqual([
      'node-killed: p50 ms without a write',
      'node-killed through haproxy: p50 ms without a write',
    ]);
    const result = { verdict: 'valid', violations: [], objectives } as unknown as ExperimentResult;
    const facts = { settings: '', traffic: new TrafficCount('open').report(), lost: [] };
    expect(storageTable(compared, result, facts).split('\n').slice(2, 5)).toEqual([
      expect.stringMatching(/^node-killed$/),
      expect.stringMatching(/^ {2}pool +1 +3\.90/),
      expect.stringMatching(/^ {2}haproxy +1 +3\.90/),
    ]);
  });

  test('misses the objective when it takes too long, loses a payment, or is missing', () => {
    const objectives = (count: number, outageMs: number) =>
      storageObjectives(
        groupByFault([figures], ['node-killed']),
        { 'node-killed': { outageMs, waitMs: 10 } },
        count,
      ).map(({ met }) => met);
    expect(objectives(1, 3_900)).toEqual([true, false, true, true, true, true, true]);
    expect(objectives(2, 3_899)).toEqual([false, false, true, true, true, false, true]);
  });
});

describe('the list of lost payments', () => {
  const evidence = emptyEvidence({
    requests: [
      requestRecord({ key: 'b', paymentId: 'paid', intendedMs: 2_000 }),
      requestRecord({ key: 'a', paymentId: 'sent', intendedMs: 1_000, status: 'PENDING' }),
      requestRecord({ key: 'c', paymentId: 'kept', intendedMs: 3_000 }),
      requestRecord({ key: 'd', paymentId: null, intendedMs: 4_000 }),
    ],
    payments: [paymentRow({ id: 'kept', key: 'c' })],
    charges: ['paid', 'kept'].map((key) => ({ key, status: 'approved' })),
  });
  const lost = listLostPayments(evidence);

  test('has each acknowledged payment without a row, with the answer and the charge', () => {
    expect(lost).toMatchObject([
      { id: 'sent', key: 'a', status: 'PENDING', charge: null },
      { id: 'paid', key: 'b', status: 'SUCCEEDED', charge: 'approved' },
    ]);
  });

  test('is complete in the file, and begins in the terminal', () => {
    const many = Array.from({ length: 12 }, (_, index) => ({ ...lost[0]!, id: `lost-${index}` }));
    expect(lostLines(many).join('\n')).toMatch(/lost-9 .*\n… and 2 more in lost-payments.csv/);
    const file = lostFiles(many)[LOST_FILE] ?? '';
    expect(file.split('\n')).toHaveLength(1 + 12 + 1);
    expect(file).toContain('lost-11,a,1970-01-01T00:00:01.000Z,201,PENDING,\n');
  });

  test('does not exist when no payment is lost', () => {
    expect(lostLines([])).toEqual([]);
    expect(lostFiles([])).toEqual({});
  });
});
