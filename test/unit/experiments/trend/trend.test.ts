/** The trend of the bench: planted slowdowns are found, and noise raises few alarms. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calibrate } from '../../../../experiments/trend/calibration.js';
import { findChangePoints, USUAL_DETECTION } from '../../../../experiments/trend/change-points.js';
import { trendCommand } from '../../../../experiments/trend/command.js';
import {
  appendEntry,
  readBenchHistory,
  toTrendFigures,
  type HistoryEntry,
} from '../../../../experiments/trend/history.js';
import { findTrends } from '../../../../experiments/trend/trend.js';
import type { Summary } from '../../../../experiments/bench/figures.js';
import { seededRandom } from '../../../../shared/random.js';

const random = () => seededRandom(1, 'test');
/** A saw-tooth of 1 % around a level. */
const level = (value: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => value * (1 + ((index % 3) - 1) / 100));

describe('change points', () => {
  test('a slowdown of 5 % is found at its run', () => {
    const [found, ...more] = findChangePoints([...level(100, 12), ...level(95, 10)], random());
    expect(more).toEqual([]);
    expect(found?.at).toBe(12);
    expect(found?.change).toBeCloseTo(-0.05, 2);
  });

  test('two changes are found, in order', () => {
    const values = [...level(100, 12), ...level(80, 12), ...level(120, 12)];
    expect(findChangePoints(values, random()).map(({ at }) => at)).toEqual([12, 24]);
  });

  test('no change: of noise, of a difference below the least, of too few runs', () => {
    expect(findChangePoints(level(100, 40), random())).toEqual([]);
    expect(findChangePoints([...level(100, 15), ...level(99, 15)], random())).toEqual([]);
    expect(findChangePoints([100, 100, 100, 50, 50, 50], random())).toEqual([]);
  });

  test('with a noise of 2 %, a slowdown of 5 % is found within 10 runs; false alarms are rare', () => {
    const options = { noise: 0.02, before: 10, after: 10, change: -0.05, series: 40, seed: 3 };
    const { falseAlarms, found, runsUntilFound } = calibrate({
      ...options,
      detection: USUAL_DETECTION,
    });
    expect(found).toBeGreaterThan(0.8);
    expect(runsUntilFound).toBeLessThanOrEqual(10);
    expect(falseAlarms).toBeLessThan(0.1);
  });
});

describe('the history', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relevo-trend-'));
    file = join(folder, 'history.ndjson');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (day: number, rate: number, machine = 'a machine'): HistoryEntry => ({
    at: new Date(Date.UTC(2026, 0, day)).toISOString(),
    commit: `commit-${day}`,
    seed: 1,
    machine,
    figures: { 'drain: payments/s': rate, 'drain: CPU, µs per payment': 1e6 / rate },
  });
  const printed = (): { code: number; text: string } => {
    const lines: string[] = [];
    const code = trendCommand(['--file', file], (text) => lines.push(text));
    return { code, text: lines.join('\n') };
  };

  test('is read in order; damaged lines and foreign lines are counted', () => {
    appendEntry(run(2, 100), file);
    appendEntry(run(1, 90), file);
    writeFileSync(file, '{"at":\nnull\n', { flag: 'a' });
    const { entries, skipped } = readBenchHistory(file);
    expect([entries.map(({ commit }) => commit), skipped]).toEqual([['commit-1', 'commit-2'], 2]);
  });

  test('a planted slowdown: exit code 1, with the two commits around it', () => {
    [...level(100, 12), ...level(94, 10)].forEach((rate, index) =>
      appendEntry(run(index + 1, rate), file),
    );
    const { code, text } = printed();
    expect(code).toBe(1);
    expect(text).toMatch(/- worse {2}-6\.\d % drain: payments\/s/);
    expect(text).toContain('between commit-12 and commit-13');
    expect(text).toMatch(/- worse {2}\+6\.\d % drain: CPU/);
    text.split('\n').forEach((line) => expect(line.length).toBeLessThanOrEqual(80));
  });

  test('runs on another machine are not compared', () => {
    level(100, 12).forEach((rate, index) => appendEntry(run(index + 1, rate), file));
    level(50, 12).forEach((rate, index) => appendEntry(run(index + 20, rate, 'another'), file));
    expect(printed()).toMatchObject({
      code: 0,
      text: expect.stringContaining('No figure changed its level.') as unknown,
    });
  });

  test('without a history: exit code 3', () => expect(printed().code).toBe(3));

  test('a rate that falls is worse, a cost that falls is better', () => {
    const entries = [...level(100, 12), ...level(80, 12)].map((rate, index) =>
      run(index + 1, rate),
    );
    const worse = findTrends(entries, USUAL_DETECTION).map(({ changes }) => changes[0]?.isWorse);
    expect(worse).toEqual([true, true]);
  });
});

test('the figures of a run: rate, CPU, and the ratio to the best tuned peer of the same kind', () => {
  const summary = (name: string, side: Summary['side'], rate: number): Summary =>
    ({ name, side, kind: 'drain', rate: { median: rate }, cpuMicrosTotal: 30 }) as Summary;
  const summaries = [
    summary('drain', 'relevo', 120),
    summary('slow', 'tuned', 50),
    summary('fast', 'tuned', 100),
  ];
  expect(toTrendFigures(summaries)).toEqual({
    'drain: payments/s': 120,
    'drain: CPU, µs per payment': 30,
    'drain: ratio to the best tuned peer': 1.2,
  });
  expect(Object.keys(toTrendFigures(summaries.slice(0, 1)))).toEqual([
    'drain: payments/s',
    'drain: CPU, µs per payment',
  ]);
});
