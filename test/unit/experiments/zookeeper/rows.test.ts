/**
 * The figures and rows of the experiment zookeeper: the time to the next mean counts only fresh
 * measurements, missed rounds are counted, and a row agrees only when it must.
 */
import { describe, expect, test } from '@jest/globals';
import type { ExperimentResult } from '../../../../experiments/record/result.js';
import { zookeeperTable } from '../../../../experiments/report/zookeeper-table.js';
import {
  BASELINE_FAULTS,
  MEASUREMENT_FAULTS,
  QUICK_FAULTS,
} from '../../../../experiments/zookeeper/faults.js';
import {
  measureTrials,
  type MeasurementTrial,
  type TrialFigures,
} from '../../../../experiments/zookeeper/figures.js';
import { planRun } from '../../../../experiments/zookeeper/plan.js';
import {
  agrees,
  measurementObjectives,
  toMeasurementRows,
  toViolations,
  type MeasurementRow,
} from '../../../../experiments/zookeeper/rows.js';
import { toFigures } from '../../../../experiments/zookeeper/run-figures.js';
import { BEGIN_MS, toEvidence } from './evidence.js';

/** A fault in round 3, 150 ms after its begin: its measurements are older. */
const TRIAL: MeasurementTrial = {
  fault: 'leader-killed',
  target: 'zookeeper_1',
  fromMs: BEGIN_MS + 2_000,
  atMs: BEGIN_MS + 3_150,
  healedMs: BEGIN_MS + 6_000,
  endedMs: BEGIN_MS + 9_000,
  isWhole: true,
  refused: 0,
  problem: null,
};

const measure = (evidence: ReturnType<typeof toEvidence>, changes = {}): TrialFigures =>
  measureTrials([{ ...TRIAL, ...changes }], evidence)[0] as TrialFigures;

describe('a trial', () => {
  test('the mean of measurements before the fault is not the next one', () => {
    expect(measure(toEvidence([1, 2, 3, 4, 5]))).toMatchObject({
      nextMs: 1_150,
      means: 4,
      missed: 0,
      findings: [],
    });
  });

  test('rounds without a mean are missed, and delay the next one', () => {
    const evidence = toEvidence([1, 2, 3, 4, 5, 6], { missed: [4, 5] });
    expect(measure(evidence)).toMatchObject({ nextMs: 3_150, means: 3, missed: 2 });
  });

  test('means after its end count for no trial', () => {
    const evidence = toEvidence([1, 2, 3, 9]);
    expect(measure(evidence)).toMatchObject({ nextMs: null, means: 2, missed: 0 });
  });

  test('a mean that is sent again and again is no next mean', () => {
    const evidence = toEvidence([1, 2, 3]);
    const last = evidence.accepted[2];
    for (const second of [4, 5, 6])
      if (last) evidence.accepted.push({ ...last, atMs: BEGIN_MS + second * 1_000 });
    const figures = measure(evidence);
    expect(figures).toMatchObject({ nextMs: null, means: 5 });
    expect(toViolations([figures])).toMatchObject([{ rule: 'duplicated-mean' }]);
  });
});

const figuresOf = (changes: Partial<TrialFigures> = {}): TrialFigures => ({
  ...measure(toEvidence([1, 2, 3, 4, 5])),
  ...changes,
});

function rowOf(
  name: string,
  relevo: Partial<TrialFigures>,
  baseline: Partial<TrialFigures> | null = null,
): MeasurementRow {
  const own = MEASUREMENT_FAULTS.filter((fault) => fault.name === name);
  const toTrial = (changes: Partial<TrialFigures>): TrialFigures =>
    figuresOf({ fault: name, ...changes });
  const [row] = toMeasurementRows(own, [toTrial(relevo)], baseline ? [toTrial(baseline)] : []);
  return row as MeasurementRow;
}

const finding = { rule: 'stale-mean', id: 'round 1 of epoch 1: old', atMs: 0 } as const;

describe('a row', () => {
  test.each([
    ['nothing', {}, true],
    ['a trial without a next mean', { nextMs: null }, false],
    ['a device that does not return', { isWhole: false }, false],
    ['a stale mean', { findings: [finding] }, false],
    ['a missing effect', { problem: 'the rounds kept their period' }, false],
  ])('that went on in the report: %s', (_circumstance, changes, expected) => {
    const row = rowOf('leading-device-killed', changes);
    expect(agrees(row)).toBe(expected);
    expect(measurementObjectives([row]).map(({ met }) => met)).toEqual([expected]);
  });

  test('that ended in the report agrees when the baseline ends, and Relevo must go on', () => {
    const ended = rowOf('leader-killed', {}, { nextMs: null });
    expect(agrees(ended)).toBe(true);
    expect(measurementObjectives([ended]).map(({ met }) => met)).toEqual([true, true]);
    const alike = rowOf('leader-killed', {}, {});
    expect(agrees(alike)).toBe(false);
    expect(measurementObjectives([alike]).map(({ met }) => met)).toEqual([true, false]);
    const broken = rowOf('leader-killed', { nextMs: null }, { nextMs: null });
    expect(measurementObjectives([broken]).map(({ met }) => met)).toEqual([false, true]);
  });

  test('that the report does not have, or the baseline did not run, is not compared', () => {
    expect(agrees(rowOf('partitioned', {}))).toBeNull();
    expect(agrees(rowOf('leader-killed', {}))).toBeNull();
  });

  test('of the frozen leader needs a stale mean that was refused in each trial', () => {
    const [, sent] = measurementObjectives([rowOf('leading-device-frozen', { refused: 1 })]);
    expect(sent).toMatchObject({ target: 1, actual: 1, met: true });
    const [, none] = measurementObjectives([rowOf('leading-device-frozen', {})]);
    expect(none).toMatchObject({ target: 1, actual: 0, met: false });
  });
});

describe('the plan of a run', () => {
  const asked = { rows: null, count: 20, baseline: 3, period: 1_000, quick: false, unsafe: false };
  const namesOf = (faults: readonly { name: string }[] = []): string[] =>
    faults.map(({ name }) => name);

  test('all rows, the published ones with the baseline too', () => {
    const { relevo, baseline, ...timings } = planRun(asked);
    expect(timings).toEqual({ periodMs: 1_000, sessionTimeoutMs: 2_000 });
    expect(relevo).toMatchObject({ faults: MEASUREMENT_FAULTS, count: 20 });
    expect(baseline).toMatchObject({ count: 3, patienceMs: 15_000 });
    expect(namesOf(baseline?.faults)).toEqual(expect.arrayContaining([...BASELINE_FAULTS]));
  });

  test('chosen rows; without the baseline where none of them is published', () => {
    const { relevo, baseline } = planRun({ ...asked, rows: 'partitioned, two-killed' });
    expect(namesOf(relevo.faults)).toEqual(['two-killed', 'partitioned']);
    expect(baseline).toBeNull();
    expect(planRun({ ...asked, baseline: 0 }).baseline).toBeNull();
  });

  test('quick: one trial of each; the control: only the frozen leader, no baseline', () => {
    const quick = planRun({ ...asked, quick: true });
    expect(quick.relevo.count).toBe(1);
    expect(quick.baseline?.count).toBe(1);
    const control = planRun({ ...asked, unsafe: true });
    expect(namesOf(control.relevo.faults)).toEqual(['leading-device-frozen']);
    expect(control.baseline).toBeNull();
  });
});

test('the names of faults exist, and are different', () => {
  const names = MEASUREMENT_FAULTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining([...BASELINE_FAULTS, ...QUICK_FAULTS]));
});

test('the table fits in 80 columns, with every finding and every missed objective', () => {
  const trials = {
    relevo: MEASUREMENT_FAULTS.map(({ name }) => figuresOf({ fault: name, nextMs: 12_345 })),
    baseline: BASELINE_FAULTS.map((name) => figuresOf({ fault: name, nextMs: null })),
  };
  const memory = [{ name: 'device', processes: 3, residentMb: 61.4, largestMb: 70 }];
  const figures = toFigures(MEASUREMENT_FAULTS, {
    trials,
    memory,
    measured: { all: 1_200, ofPayments: 300 },
    periodMs: 1_000,
    sessionTimeoutMs: 2_000,
  });
  const violations = toViolations([figuresOf({ findings: [finding] })]);
  const objectives = measurementObjectives(figures.rows);
  const result = { verdict: 'invalid', violations, objectives } as unknown as ExperimentResult;
  const text = zookeeperTable(figures, result);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(text).toContain('device 61');
  expect(text).toContain('never');
  expect(text).toMatch(/stale-mean: 1 — leader-killed: round 1 of epoch 1/);
  expect(text).toMatch(/Missed: leading device frozen: stale means sent, and refused: 0 \(1\)/);
});
