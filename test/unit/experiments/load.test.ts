/**
 * The experiment load: the arrivals follow the published rates and numbers, wrong options are named
 * before anything starts, and a planted failure or delay misses its objective.
 */
import { describe, expect, test } from '@jest/globals';
import {
  countErrors,
  summarizeLatencies,
  summarizeSteps,
  summarizeSeconds,
  type LevelFigures,
  type LoadRequest,
} from '../../../experiments/load/figures.js';
import {
  findLevels,
  LEVELS,
  steadyLevel,
  type LoadLevel,
} from '../../../experiments/load/levels.js';
import { findLostPayments, loadObjectives } from '../../../experiments/load/objectives.js';
import { checkSockets, parseFileLimit } from '../../../experiments/load/sockets.js';
import {
  arrivalTimes,
  countPeakUsers,
  getArrivalMs,
} from '../../../experiments/load/user-arrivals.js';
import { loadTable } from '../../../experiments/report/load-table.js';
import { loadPage } from '../../../experiments/report/page/load.js';
import type { ExperimentResult } from '../../../experiments/record/result.js';
import { readRequest } from '../../../experiments/request.js';

const PUBLISHED = { scale: 1, shorten: 1 };
const [low, medium, high, stress] = LEVELS as readonly LoadLevel[] as [
  LoadLevel,
  LoadLevel,
  LoadLevel,
  LoadLevel,
];

const countBetween = (times: readonly number[], fromMs: number, toMs: number): number =>
  times.filter((atMs) => atMs >= fromMs && atMs < toMs).length;

describe('arrivals', () => {
  test.each([
    [low, 362, 60_000],
    [medium, 1_069, 120_000],
    [high, 2_873, 180_000],
    [stress, 9_030, 240_000],
  ])('$name: as many users as published, ascending, within its phases', (level, users, ms) => {
    const times = arrivalTimes(level, PUBLISHED);
    expect(times).toHaveLength(users);
    expect(getArrivalMs(level)).toBe(ms);
    expect(times.every((atMs, index) => atMs >= (times[index - 1] ?? 0) && atMs < ms)).toBe(true);
  });

  test('a ramp from 2 to 10 per second has these rates at its ends', () => {
    const times = arrivalTimes(low, PUBLISHED);
    expect(countBetween(times, 0, 5_000) / 5).toBeCloseTo(2.35, 0);
    expect(countBetween(times, 55_000, 60_000) / 5).toBeCloseTo(9.7, 0);
  });

  test('a steady phase after a ramp keeps its rate', () => {
    const times = arrivalTimes(medium, PUBLISHED);
    const ratio = 1_069 / 1_050;
    expect(countBetween(times, 60_000, 120_000)).toBeCloseTo(600 * ratio, -1);
    expect(countBetween(arrivalTimes(stress, PUBLISHED), 0, 120_000)).toBeCloseTo(
      (3_600 * 9_030) / 9_000,
      -1,
    );
  });

  test('any steady rate is a level', () => {
    const times = arrivalTimes(steadyLevel('steady', 4, 2.5), PUBLISHED);
    expect(times).toEqual([125, 375, 625, 875, 1_125, 1_375, 1_625, 1_875, 2_125, 2_375]);
  });

  test('a scale multiplies the users', () => {
    expect(arrivalTimes(low, { scale: 3, shorten: 1 })).toHaveLength(3 * 362);
  });

  test('a shorter level has the same rates', () => {
    const times = arrivalTimes(low, { scale: 1, shorten: 10 });
    expect(times).toHaveLength(36);
    expect(countBetween(times, 0, 6_000)).toBe(36);
    expect(countBetween(times, 5_000, 6_000)).toBeCloseTo(9.4, -1);
  });

  test('the peak counts the users whose pauses overlap', () => {
    // Each user stays for 19 s.
    expect(countPeakUsers([0, 1_000, 18_000, 19_500, 40_000], 1)).toBe(3);
    // With a hundredth of the pauses, for 1.18 s.
    expect(countPeakUsers([0, 1_000, 18_000, 19_500, 40_000], 100)).toBe(2);
  });
});

describe('options', () => {
  const read =
    (...words: string[]) =>
    () =>
      readRequest(['load', ...words]);

  test.each([
    [['--level', 'hihg'], '--level must be one of low, medium, high, stress, all, got "hihg"'],
    [['--instances', '3'], '--instances must be 1, 2 or 4, got 3'],
    [['--scale', '0'], '--scale'],
    [['--speed', '0'], '--speed'],
    [['--balancer', 'haprox'], '--balancer must be one of'],
  ])('%j is refused before the start', (words, message) => {
    expect(read(...words)).toThrow(message);
  });

  test('every level has its name, and all are all of them', () => {
    expect(findLevels('all')).toBe(LEVELS);
    expect(LEVELS.map(({ name }) => findLevels(name))).toEqual(LEVELS.map((level) => [level]));
  });

  test('too many sockets are named with the limit of the machine', () => {
    const limits =
      'Max processes  1  1\nMax open files            1024                 4096     files\n';
    expect(parseFileLimit(limits)).toBe(1_024);
    expect(parseFileLimit('Max open files   unlimited   unlimited   files')).toBeNull();
    const options = { ...PUBLISHED, speed: 1 };
    expect(checkSockets([low], options, 1_024)).toBeNull();
    expect(checkSockets([low, stress], options, 1_024)).toMatch(
      /^The level stress with --scale 1 has up to [\d,]+ users at once and needs [\d,]+ open files; this machine allows 1,024/,
    );
    expect(checkSockets([stress], options, null)).toBeNull();
  });
});

const toRequest = (dueMs: number, latencyMs: number, error: string | null = null): LoadRequest => ({
  user: 0,
  step: 'landing',
  dueMs,
  latencyMs,
  error,
});

const toFigures = (requests: readonly LoadRequest[], changes: Partial<LevelFigures> = {}) => {
  const latencies = requests.flatMap(({ error, latencyMs }) => (error === null ? [latencyMs] : []));
  return {
    level: 'low',
    users: 1,
    requests: requests.length,
    completed: latencies.length,
    requestsPerSec: 1,
    latencyMs: summarizeLatencies(latencies),
    byStep: summarizeSteps(requests),
    errors: countErrors(requests),
    seconds: summarizeSeconds(requests, [{ front: 0.25 }]),
    durationMs: 2_000,
    generatorLateMs: 3,
    paid: 1,
    saved: 1,
    ...changes,
  };
};

const GOOD = [toRequest(0, 10), toRequest(500, 20), toRequest(1_200, 30)];

const toResult = (levels: readonly LevelFigures[]): ExperimentResult => ({
  name: 'load',
  seed: 1,
  commit: 'abc',
  startedAt: '2026-11-29T13:00:00.000Z',
  durationMs: 1_000,
  verdict: 'valid',
  violations: [],
  objectives: loadObjectives(levels, true),
  systems: [],
});

describe('figures', () => {
  test('a second holds the requests that were due in it', () => {
    const { seconds } = toFigures([...GOOD, toRequest(1_900, 5, 'ECONNRESET')]);
    expect(seconds).toEqual([
      { atSec: 0, sent: 2, failed: 0, medianMs: 10, p95Ms: 20, cpu: { front: 0.25 } },
      { atSec: 1, sent: 2, failed: 1, medianMs: 30, p95Ms: 30, cpu: {} },
    ]);
  });

  test('a failed request misses the objective of its level, and a slow one that of the latency', () => {
    const missed = (levels: readonly LevelFigures[]): string[] =>
      loadObjectives(levels, true).flatMap(({ name, met }) => (met ? [] : [name]));
    expect(missed([toFigures(GOOD)])).toEqual([]);
    expect(missed([toFigures([...GOOD, toRequest(1, 1, 'HTTP 503')])])).toEqual([
      'low: requests completed',
    ]);
    expect(missed([toFigures([...GOOD, toRequest(1, 51)])])).toEqual(['low: p95 ms']);
  });

  test('a user that ended early misses the objective of its level', () => {
    const [objective] = loadObjectives([toFigures(GOOD, { requests: 4 })], true);
    expect(objective).toMatchObject({ target: 4, actual: 3, met: false });
  });

  test('with other pauses or arrivals, latencies have no objective', () => {
    expect(loadObjectives([toFigures(GOOD)], false)).toHaveLength(1);
  });

  test('a payment that was answered and is not saved is a violation', () => {
    expect(findLostPayments([toFigures(GOOD)])).toEqual([]);
    expect(findLostPayments([toFigures(GOOD, { paid: 3 })])).toEqual([
      { rule: 'answered as succeeded and not saved', ids: ['low: 2 of 3'] },
    ]);
  });
});

describe('report', () => {
  const levels = LEVELS.map(({ name }) =>
    toFigures([...GOOD, toRequest(1_900, 88_577, 'HTTP 503')], { level: name, users: 9_030 }),
  );

  test('the table has the published figures beside the measured ones, in 80 columns', () => {
    const table = loadTable(levels, toResult(levels));
    expect(table).toContain('published');
    expect(table).toMatch(/^stress +published +9,030 +36,120 +30\.9 +42\.66/m);
    expect(table).toContain('Errors, medium: published ECONNRESET 199, ETIMEDOUT 278');
    expect(table.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('the page draws each level, and its text is escaped', () => {
    const result = toResult(levels);
    const journal = {
      result,
      command: 'npm run experiment -- load',
      deadlineMs: 0,
      machine: { cpu: '<cpu>', cores: 2, memoryGb: 1, os: 'linux', versions: {} },
      plan: null,
      systems: [],
    };
    const page = loadPage(journal, levels);
    expect(page.match(/<svg class="chart"/g)).toHaveLength(LEVELS.length);
    expect(page).toContain('&lt;cpu&gt;');
    expect(page).not.toContain('NaN');
  });
});
