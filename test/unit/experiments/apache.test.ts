/**
 * The rows of the experiment apache: the published figures agree with themselves, and each planted
 * difference makes its row disagree.
 */
import { describe, expect, test } from '@jest/globals';
import type {
  ApacheFigures,
  IterationFigures,
  MidSessionFigures,
  TwoStepFigures,
} from '../../../experiments/apache/figures.js';
import { apacheObjectives, compareWithApacheReport } from '../../../experiments/apache/rows.js';
import { apacheTable } from '../../../experiments/report/apache-table.js';
import type { ExperimentResult } from '../../../experiments/record/result.js';

const INSTANCES = ['patients_1', 'patients_2', 'patients_3'] as const;

const toElected = (...counts: number[]): Record<string, number> =>
  Object.fromEntries(INSTANCES.map((name, index) => [name, counts[index] ?? 0]));

const toWorkers = (...counts: number[]): ApacheFigures['workers'] =>
  INSTANCES.map((name, index) => ({ name, status: 'Init Ok', elected: counts[index] ?? 0 }));

const toFlows = (paid: number, lostAtSecondStep = 0): TwoStepFigures => ({
  flows: 10,
  paid,
  lostAtSecondStep,
});

const toIterations = (...counts: number[]): IterationFigures => ({
  iterations: 1_000,
  sent: 5_000,
  failed: 0,
  errors: {},
  elected: toElected(...counts),
  namedRight: 1_000,
  requests: [
    { name: 'form', mean: 11, p95: 18, p99: 23 },
    { name: 'identify', mean: 38, p95: 52, p99: 123.4 },
  ],
  throughputPerSec: 45.3,
});

const MEMORY: MidSessionFigures = {
  first: 'patients_1',
  second: 'patients_2',
  paid: false,
  sessionLost: true,
  cookieMoved: true,
  recordedBy: null,
};
const REDIS: MidSessionFigures = {
  ...MEMORY,
  paid: true,
  sessionLost: false,
  recordedBy: 'patients_2',
};

const PUBLISHED: ApacheFigures = {
  instances: INSTANCES,
  workers: toWorkers(),
  oneUp: { sent: 20, failed: 0, elected: toElected(20) },
  records: { instances: 3, namedRight: 3, listAll: 3 },
  withoutCookie: { memory: toFlows(0, 10), redis: toFlows(10) },
  withCookie: { memory: toFlows(10), redis: toFlows(10) },
  failover: {
    before: toWorkers(11, 10, 10),
    stopped: 'patients_3',
    sent: 31,
    failed: 0,
    servedBy: 'patients_1',
    status: 'Init Err',
  },
  failback: {
    returned: 'patients_3',
    status: 'Init Ok',
    sent: 30,
    failed: 0,
    elected: toElected(10, 10, 10),
  },
  midSession: { memory: MEMORY, redis: REDIS },
  cleared: toIterations(1_665, 1_670, 1_665),
  kept: toIterations(0, 5_000, 0),
};

/** Ids of the rows that do not agree. */
const findDisagreeing = (changes: Partial<ApacheFigures>): string[] =>
  compareWithApacheReport({ ...PUBLISHED, ...changes }).flatMap(({ id, objective }) =>
    objective === null || objective.met ? [] : [id],
  );

const { failover, failback, cleared, kept } = PUBLISHED;
const [first, ...others] = toWorkers();
if (!first) throw new Error('three workers');

describe('rows', () => {
  test('the published figures agree; each row has its own id', () => {
    const ids = compareWithApacheReport(PUBLISHED).map(({ id }) => id);
    expect(findDisagreeing({})).toEqual([]);
    expect(new Set(ids).size).toBe(24);
  });

  test.each<[string[], string, Partial<ApacheFigures>]>([
    [['1.1'], 'a worker in error', { workers: [{ ...first, status: 'Init Err' }, ...others] }],
    [['1.1'], 'two workers', { workers: others }],
    [
      ['2.1'],
      'a stopped instance was elected',
      { oneUp: { sent: 20, failed: 0, elected: toElected(20, 1) } },
    ],
    [['2.1'], 'a request failed', { oneUp: { sent: 20, failed: 1, elected: toElected(20) } }],
    [
      ['3.1', '3.2'],
      'a record names another instance',
      { records: { instances: 3, namedRight: 2, listAll: 2 } },
    ],
    [
      ['4.1'],
      'a flow without stickiness succeeds',
      { withoutCookie: { memory: toFlows(1, 9), redis: toFlows(10) } },
    ],
    [
      ['4.2', '4.4'],
      'a flow with the cookie fails',
      { withCookie: { memory: toFlows(9), redis: toFlows(9) } },
    ],
    [
      ['4.3'],
      'a flow with Redis fails',
      { withoutCookie: { memory: toFlows(0, 10), redis: toFlows(9) } },
    ],
    [['5.1'], 'no instance served', { failover: { ...failover, servedBy: null } }],
    [['5.1'], 'the stopped one served', { failover: { ...failover, servedBy: 'patients_3' } }],
    [['5.2'], 'a request failed', { failover: { ...failover, failed: 1 } }],
    [['5.3'], 'the state stays', { failover: { ...failover, status: 'Init Ok' } }],
    [['6.1'], 'it does not return', { failback: { ...failback, status: 'Init Err' } }],
    [['6.2'], 'too few', { failback: { ...failback, elected: toElected(12, 12, 6) } }],
    [['6.2'], 'too many', { failback: { ...failback, elected: toElected(8, 8, 14) } }],
    [['6.2'], 'a request failed', { failback: { ...failback, failed: 1 } }],
    [
      ['7.1'],
      'the same instance answered',
      { midSession: { memory: { ...MEMORY, second: 'patients_1' }, redis: REDIS } },
    ],
    [
      ['7.2'],
      'rejected, but not for the session',
      { midSession: { memory: { ...MEMORY, sessionLost: false }, redis: REDIS } },
    ],
    [
      ['7.2'],
      'rejected, but recorded',
      { midSession: { memory: { ...MEMORY, recordedBy: 'patients_2' }, redis: REDIS } },
    ],
    [
      ['7.3'],
      'the cookie stays',
      { midSession: { memory: { ...MEMORY, cookieMoved: false }, redis: REDIS } },
    ],
    [
      ['7.4', '7.5'],
      'Redis: rejected',
      { midSession: { memory: MEMORY, redis: { ...REDIS, paid: false, recordedBy: null } } },
    ],
    [
      ['7.5'],
      'Redis: another name',
      { midSession: { memory: MEMORY, redis: { ...REDIS, recordedBy: 'patients_1' } } },
    ],
    [['8.1'], 'another distribution', { cleared: toIterations(1_675, 1_665, 1_660) }],
    [['8.1', '8.2'], 'a failed request', { cleared: { ...cleared, failed: 1 } }],
    [['8.3'], 'a session moved', { kept: toIterations(4_995, 5, 0) }],
    [['8.3', '8.4'], 'a failed request', { kept: { ...kept, failed: 1 } }],
    [['8.5'], 'a missing record', { kept: { ...kept, namedRight: 999 } }],
  ])('%j disagrees: %s', (ids, _difference, changes) =>
    expect(findDisagreeing(changes)).toEqual(ids),
  );

  test('fewer iterations keep the shares', () => {
    const few = { ...toIterations(50, 55, 50), iterations: 31, sent: 155, namedRight: 31 };
    const one = { ...few, elected: toElected(0, 0, 155) };
    expect(findDisagreeing({ cleared: few, kept: one })).toEqual([]);
    expect(findDisagreeing({ cleared: { ...few, iterations: 30 }, kept: one })).toContain('8.1');
  });

  test('objectives: one per row that must agree', () => {
    const names = apacheObjectives(PUBLISHED).map(({ name }) => name);
    expect(names).toHaveLength(23);
    expect(new Set(names).size).toBe(names.length);
  });
});

test('the table fits 80 columns, and no cell is cut', () => {
  const result = {
    verdict: 'valid',
    violations: [],
    objectives: [],
  } as unknown as ExperimentResult;
  const table = apacheTable(PUBLISHED, result);
  const lines = table.split('\n');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  expect(table).not.toContain('…');
  expect(lines).toContain('Rows that agree: 23 of 23');
  expect(table).toContain('POST identify  38 / 52 / 85  38.0 / 52.0 / 123');
});
