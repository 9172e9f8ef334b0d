/**
 * The rows of the experiment haproxy: the published figures agree with themselves, and each planted
 * difference makes its row disagree. The conclusion follows from the figures.
 */
import { describe, expect, test } from '@jest/globals';
import type { LoadFigures } from '../../../experiments/balancer/load.js';
import { concludeStrategies } from '../../../experiments/haproxy/conclusion.js';
import type {
  HaproxyFigures,
  StrategyFigures,
  VisitFigures,
} from '../../../experiments/haproxy/figures.js';
import { compareWithPublished, haproxyObjectives } from '../../../experiments/haproxy/rows.js';
import { haproxyTable } from '../../../experiments/report/haproxy-table.js';
import type { ExperimentResult } from '../../../experiments/record/result.js';

const toLoad = (s1: number, s2: number, meanMs = 9, p95 = 20): LoadFigures => ({
  sent: s1 + s2,
  byInstance: { s1, s2 },
  errors: {},
  latencyMs: { mean: meanMs, min: 2, p50: 8, p95, p99: 40, max: 60 },
  throughputPerSec: 81.7,
});

const toVisits = (
  s1: number,
  s2: number,
  [sessions, highestViews]: readonly [number, number],
): VisitFigures => ({
  sent: s1 + s2,
  failed: 0,
  sessions,
  highestViews,
  byInstance: { ...(s1 > 0 ? { s1 } : {}), ...(s2 > 0 ? { s2 } : {}) },
});

const toStrategy = (
  strategy: StrategyFigures['strategy'],
  slowShare: number,
  meanMs: number,
  p95: number,
): StrategyFigures => ({
  strategy,
  load: toLoad(1_000 * slowShare, 1_000 * (1 - slowShare), meanMs, p95),
  failed: 0,
  slowShare,
});

const PUBLISHED: HaproxyFigures = {
  servers: ['s1', 's2'],
  turns: toVisits(50, 50, [100, 1]),
  alone: toVisits(100, 0, [1, 100]),
  aloneLoad: toLoad(100, 0),
  sameBrowser: toVisits(10, 0, [1, 10]),
  secondBrowser: toVisits(0, 10, [1, 10]),
  oneUser: toLoad(0, 1_000),
  twoUsers: toLoad(1_000, 1_000),
  drainedOld: toVisits(10, 0, [1, 11]),
  drainedNew: toVisits(0, 10, [10, 1]),
  maintOld: toVisits(0, 10, [1, 10]),
  readyNew: toVisits(5, 5, [10, 1]),
  delays: [
    { delayMs: 0, load: toLoad(1_000, 1_000), upAtEnd: true, downAfterMs: null },
    { delayMs: 250, load: toLoad(1_000, 1_000), upAtEnd: true, downAfterMs: null },
    { delayMs: 2_500, load: toLoad(0, 2_000), upAtEnd: false, downAfterMs: 5_000 },
  ],
  weightsKept: toLoad(1_000, 1_000),
  weightsCleared: toLoad(1_334, 666),
  strategies: [
    toStrategy('roundrobin', 0.5, 130, 260),
    toStrategy('leastconn', 0.04, 15, 30),
    toStrategy('source', 0.6, 155, 261),
  ],
  strategyDelayMs: 250,
  strategyRatePerSec: 200,
};

/** Ids of the rows that do not agree. */
const findDisagreeing = (changes: Partial<HaproxyFigures>): string[] =>
  compareWithPublished({ ...PUBLISHED, ...changes }).flatMap(({ id, objective }) =>
    objective === null || objective.met ? [] : [id],
  );

describe('rows', () => {
  test('the published figures agree; each row has its own id', () => {
    const ids = compareWithPublished(PUBLISHED).map(({ id }) => id);
    expect(findDisagreeing({})).toEqual([]);
    expect(new Set(ids).size).toBe(27);
  });

  test.each<[string[], Partial<HaproxyFigures>]>([
    [['1.1', '1.2'], { turns: toVisits(50, 50, [1, 50]) }],
    [['1.3'], { turns: toVisits(60, 40, [100, 1]) }],
    [['1.4'], { alone: toVisits(100, 0, [100, 1]) }],
    [['1.5'], { aloneLoad: { ...toLoad(99, 0), sent: 100, errors: { 'HTTP 503': 1 } } }],
    [['2.1', '2.2'], { sameBrowser: toVisits(5, 5, [2, 5]) }],
    [['2.2'], { secondBrowser: toVisits(10, 0, [1, 10]) }],
    [['2.3'], { oneUser: toLoad(1, 999) }],
    [['2.5'], { twoUsers: toLoad(1_001, 999) }],
    [['3.1'], { drainedOld: toVisits(9, 1, [2, 10]) }],
    [['3.2'], { drainedNew: toVisits(1, 9, [10, 1]) }],
    [['3.3'], { maintOld: toVisits(1, 9, [1, 10]) }],
    [['3.4'], { maintOld: toVisits(0, 10, [1, 21]) }],
    [['3.5'], { readyNew: toVisits(0, 10, [10, 1]) }],
    [['5.1'], { weightsKept: toLoad(1_334, 666) }],
    [['5.2'], { weightsCleared: toLoad(1_337, 663) }],
  ])('%j disagree when the figure differs', (ids, changes) => {
    expect(findDisagreeing(changes)).toEqual(ids);
  });

  test('a slow server that the check does not mark DOWN, and one that it marks too early', () => {
    const [none, some, most] = PUBLISHED.delays;
    if (!none || !some || !most) throw new Error('three delays');
    expect(
      findDisagreeing({
        delays: [
          none,
          { ...some, upAtEnd: false, load: toLoad(0, 2_000) },
          { ...most, upAtEnd: true, downAfterMs: null, load: toLoad(1_000, 1_000) },
        ],
      }),
    ).toEqual(['4.4', '4.5', '4.7', '4.8']);
  });

  test('a failed request makes its row disagree, although the counts agree', () => {
    const failed = { ...toLoad(1_000, 1_000), errors: { ECONNRESET: 1 } };
    expect(findDisagreeing({ twoUsers: failed })).toEqual(['2.5']);
  });

  test('weights: three requests of difference do not agree', () =>
    expect(findDisagreeing({ weightsCleared: toLoad(1_330, 670) })).toEqual(['5.2']));

  test('objectives: one per row that must agree, one per strategy', () => {
    const objectives = haproxyObjectives(PUBLISHED);
    expect(objectives).toHaveLength(22 + 3);
    expect(new Set(objectives.map(({ name }) => name)).size).toBe(objectives.length);
  });
});

describe('conclusion', () => {
  test('names the lowest mean, the shares of the slow server and the strategies that wait', () => {
    expect(concludeStrategies(PUBLISHED)).toEqual([
      'Lowest mean: leastconn, 15.0 ms; roundrobin: 130 ms.',
      'Less than half of an equal share to the slow server: leastconn (4.0 %).',
      'Half of it or more: roundrobin (50.0 %), source (60.0 %).',
      'One request in twenty waits for the whole delay with roundrobin, source.',
    ]);
  });

  test('other figures, another conclusion; a strategy with failures is not the best', () => {
    const strategies = [
      toStrategy('roundrobin', 0.5, 130, 260),
      { ...toStrategy('leastconn', 0.5, 15, 30), failed: 1 },
    ];
    expect(concludeStrategies({ ...PUBLISHED, strategies }).slice(0, 2)).toEqual([
      'Lowest mean: roundrobin, 130 ms; roundrobin: 130 ms.',
      'No strategy spares the slow server.',
    ]);
  });
});

test('the table fits 80 columns', () => {
  const result = {
    verdict: 'valid',
    violations: [],
    objectives: [],
  } as unknown as ExperimentResult;
  const lines = haproxyTable(PUBLISHED, result).split('\n');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  expect(lines).toContain('Rows that agree: 22 of 22');
});
