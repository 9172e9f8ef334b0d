/**
 * The experiment overload: its phases, and planted failures, delays and growth that miss their
 * objectives.
 */
import { describe, expect, test } from '@jest/globals';
import type { LoadRequest } from '../../../experiments/load/figures.js';
import { arrivalTimes } from '../../../experiments/load/user-arrivals.js';
import {
  findRecovery,
  summarizeBySecond,
  summarizePhases,
  type OverloadFigures,
  type OverloadSecond,
} from '../../../experiments/overload/figures.js';
import {
  summarizeMemory,
  sumJudged,
  toGrowthPercent,
} from '../../../experiments/overload/memory.js';
import { overloadObjectives } from '../../../experiments/overload/objectives.js';
import { findPhase, planPhases, toLevel } from '../../../experiments/overload/phases.js';
import type { ExperimentResult } from '../../../experiments/record/result.js';
import { overloadTable } from '../../../experiments/report/overload-table.js';
import { overloadPage } from '../../../experiments/report/page/overload.js';
import { readRequest } from '../../../experiments/request.js';

const PHASES = planPhases({ saturationPerSec: 100, factor: 2, seconds: 120 });

describe('phases', () => {
  test('half the saturation point, a multiple of it, half of it again', () => {
    expect(PHASES).toEqual([
      { name: 'before', perSec: 50, fromSec: 0, toSec: 30 },
      { name: 'overload', perSec: 200, fromSec: 30, toSec: 150 },
      { name: 'after', perSec: 50, fromSec: 150, toSec: 180 },
    ]);
  });

  test('after a short overload there is time enough to recover', () => {
    const phases = planPhases({ saturationPerSec: 10, factor: 4, seconds: 6 });
    expect(phases.map(({ fromSec, toSec }) => toSec - fromSec)).toEqual([5, 6, 20]);
  });

  test('users arrive at the rate of their phase', () => {
    const times = arrivalTimes(toLevel(PHASES), { scale: 1, shorten: 1 });
    const names = times.map((atMs) => findPhase(PHASES, atMs).name);
    const users = (wanted: string): number => names.filter((name) => name === wanted).length;
    expect(['before', 'overload', 'after'].map(users)).toEqual([1_500, 24_000, 1_500]);
  });
});

/** A request of a user that arrived long ago, unless `step` is the first. */
const request = (changes: Partial<LoadRequest>): LoadRequest => ({
  ...{ user: 1, step: 'form', dueMs: 31_000, latencyMs: 20, error: null, isRefusal: false },
  ...changes,
});
const refusal = (changes: Partial<LoadRequest> = {}): LoadRequest =>
  request({ error: 'HTTP 503', isRefusal: true, latencyMs: 200, ...changes });
const failure = (changes: Partial<LoadRequest> = {}): LoadRequest =>
  request({ error: 'ECONNRESET', ...changes });

describe('figures', () => {
  test('a refusal is no failure, and a 503 without Retry-After is one', () => {
    const requests = [
      request({}),
      refusal(),
      failure(),
      request({ error: 'HTTP 503', isRefusal: false }),
    ];
    const [, overload] = summarizePhases(requests, PHASES);
    expect(overload).toMatchObject({
      ...{ sent: 4, succeeded: 1, refused: 1, failed: 2 },
      errors: { 'ECONNRESET': 1, 'HTTP 503': 1 },
      latencyMs: { median: 20 },
      refusalMs: { median: 200, max: 200 },
    });
  });

  test('a user belongs to the phase of its arrival, a request to the phase in which it is due', () => {
    const user = (number: number, changes: Partial<LoadRequest> = {}): LoadRequest[] => [
      request({ user: number, step: 'landing', dueMs: 29_000 }),
      request({ user: number, step: 'validation', dueMs: 31_000, ...changes }),
    ];
    const [before, overload] = summarizePhases([...user(1), ...user(2, { error: 'x' })], PHASES);
    expect(before).toMatchObject({ sent: 2, users: 2, completedUsers: 1 });
    expect(overload).toMatchObject({ sent: 2, users: 0, completedUsers: 0 });
  });

  test('by second, with gaps where nothing was due', () => {
    const seconds = summarizeBySecond([request({ dueMs: -1 }), refusal({ dueMs: 2_999 })]);
    expect(seconds.map(({ sent, succeeded, refused }) => [sent, succeeded, refused])).toEqual([
      [1, 1, 0],
      [0, 0, 0],
      [1, 0, 1],
    ]);
    expect([seconds[0]?.p95Ms, seconds[2]?.refusalP95Ms]).toEqual([20, 200]);
  });
});

describe('recovery', () => {
  const second = (changes: Partial<OverloadSecond> = {}): OverloadSecond => ({
    ...{ atSec: 0, sent: 10, succeeded: 10, refused: 0, failed: 0 },
    ...{ medianMs: 5, p95Ms: 50, refusalP95Ms: NaN },
    ...changes,
  });
  const good = second();

  test('begins with the first of three good seconds after the overload', () => {
    expect(findRecovery([good, good, good, good, good], 2)).toBe(0);
    const refused = second({ succeeded: 9, refused: 1 });
    expect(findRecovery([good, good, refused, good, good, refused, good, good, good], 2)).toBe(4);
  });

  test.each([
    ['a refused request', second({ succeeded: 9, refused: 1 })],
    ['a failed request', second({ succeeded: 9, failed: 1 })],
    ['a slow second', second({ p95Ms: 501 })],
    ['a second without requests', second({ sent: 0, succeeded: 0, p95Ms: NaN })],
  ])('is prevented by %s', (_name, bad) => {
    expect(findRecovery([good, good, bad, good, good], 1)).toBeNull();
  });
});

describe('memory', () => {
  const samples = Array.from({ length: 180 }, (_, second) => ({
    atMs: second * 1_000,
    mb: { patients_1: second < 60 ? 50 : 100, gateway: 100 + second },
  }));
  const growth = summarizeMemory(samples, { fromSec: 30, toSec: 150 }, ['patients_1']);

  test('compares the second with the last quarter of the overload', () => {
    expect(growth).toEqual([
      { process: 'patients_1', isJudged: true, earlyMb: 100, lateMb: 100, peakMb: 100 },
      { process: 'gateway', isJudged: false, earlyMb: 174.5, lateMb: 234.5, peakMb: 279 },
    ]);
  });

  test('only the processes of the product are judged', () => {
    expect(toGrowthPercent(sumJudged(growth))).toBe(0);
  });
});

function toFigures(requests: readonly LoadRequest[], lateMb = 100): OverloadFigures {
  const seconds = summarizeBySecond(requests);
  return {
    saturation: { perSec: 100, isMeasured: true },
    factor: 2,
    phases: summarizePhases(requests, PHASES),
    seconds,
    memory: {
      samples: [{ atMs: 0, mb: { patients_1: 100 } }],
      growth: [{ process: 'patients_1', isJudged: true, earlyMb: 100, lateMb, peakMb: lateMb }],
    },
    queue: [{ atMs: 0, pending: 3 }],
    recoverySec: findRecovery(seconds, 150),
    ...{ accepted: 1, handovers: 0, generatorLateMs: 2 },
  };
}

/** A request per second, from the first second to the last. */
const steady = Array.from({ length: 180 }, (_, at) => request({ dueMs: at * 1_000 }));
const missedIn = (figures: OverloadFigures): string[] =>
  overloadObjectives(figures)
    .filter(({ met }) => !met)
    .map(({ name }) => name);

describe('objectives', () => {
  test('all met', () => {
    expect(missedIn(toFigures([...steady, refusal()]))).toEqual([]);
  });

  test.each([
    ['late refusals', [refusal({ latencyMs: 1_001 })], 100, 'refusal p95, ms'],
    ['a failure', [failure()], 100, 'failed requests'],
    ['growth', [], 111, 'memory growth, %'],
    [
      'no recovery',
      Array.from({ length: 15 }, (_, at) => refusal({ dueMs: (151 + 2 * at) * 1_000 })),
      100,
      'recovery, s',
    ],
  ])('%s: one is missed', (_name, planted, lateMb, missed) => {
    expect(missedIn(toFigures([...steady, ...planted], lateMb))).toEqual([missed]);
  });

  test('memory that was not measured is no success', () => {
    expect(missedIn(toFigures(steady, NaN))).toEqual(['memory growth, %']);
  });
});

describe('report', () => {
  const figures = toFigures([...steady, refusal(), failure()]);
  const result = {
    ...{ name: 'overload', seed: 1, commit: 'x', startedAt: '2026-01-01T00:00:00Z', durationMs: 1 },
    ...{ verdict: 'valid', violations: [], objectives: overloadObjectives(figures), systems: [] },
  } as ExperimentResult;

  test('the table fits into 80 columns and names each figure', () => {
    const table = overloadTable(figures, result);
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(table).toMatch(/^overload +200 +120 +122 +120 +1 +1 /m);
    expect(table).toContain('Failed in the phase overload: ECONNRESET 1.');
    expect(table).toContain('Missed: failed requests: 1 (0)');
  });

  test('the page draws every panel', () => {
    const journal = {
      ...{ result, command: 'x', deadlineMs: 0, plan: null, systems: [] },
      machine: { cpu: 'x', cores: 2, memoryGb: 1, os: 'x', versions: {} },
    };
    const page = overloadPage(journal, figures);
    for (const title of ['Requests per second', 'Resident memory, MB', 'Pending payments'])
      expect(page).toContain(title);
    expect(page.slice(page.indexOf('<main>'), page.indexOf('</main>'))).not.toContain('NaN');
  });
});

test.each([
  [['--balancer', 'none'], '--balancer must be one of'],
  [['--instances', '2'], 'needs --balancer'],
  [['--factor', '0'], '--factor'],
])('%j is refused before anything starts', (words, message) => {
  expect(() => readRequest(['overload', ...words])).toThrow(message);
});
