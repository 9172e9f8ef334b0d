/**
 * The arithmetic of growth: sizes, costs per payment, medians, query plans, objectives, and charts.
 */
import { describe, expect, test } from '@jest/globals';
import { WorkPlan } from '../../../experiments/growth/work-plan.js';
import {
  cpuUsAPayment,
  ratePerSec,
  sumOfSystem,
  takeOverMs,
  type CostFigures,
  type TakeOverFigures,
} from '../../../experiments/growth/figures.js';
import { sumCpu } from '../../../experiments/growth/costs.js';
import { missingRoom } from '../../../experiments/growth/finished.js';
import type { PageFigures } from '../../../experiments/growth/console-pages.js';
import { growthObjectives } from '../../../experiments/growth/objectives.js';
import { joinPlans, readPlan, type PlanNode } from '../../../experiments/growth/plans.js';
import { goesThrough, type ReadFigures } from '../../../experiments/growth/reads.js';
import { besideFinished, parseSizes, roundsOf } from '../../../experiments/growth/sizes.js';
import { isWorkedOff } from '../../../experiments/growth/take-overs.js';
import { logChart, logTicks } from '../../../experiments/report/charts/log-chart.js';

describe('sizes', () => {
  test('are ascending, each once', () =>
    expect(parseSizes('1000, 10,1000,200')).toEqual([10, 200, 1_000]));
  test.each(['', '1000,', '1.5', '-3', '1e9', 'ten'])('%j is no list of sizes', (text) =>
    expect(typeof parseSizes(text)).toBe('string'),
  );

  test('small ones are drained more often', () =>
    expect([1_000, 20_000, 1_000_000].map((size) => roundsOf(size, 5))).toEqual([5, 3, 1]));

  test('with finished payments: the two largest of moderate size, or the smallest', () => {
    expect(besideFinished([1_000, 10_000, 100_000, 1_000_000])).toEqual([10_000, 100_000]);
    expect(besideFinished([1_000_000, 2_000_000])).toEqual([1_000_000]);
  });

  test('a backlog that a leader holds at once is not processed before the fault', () =>
    expect([1_000, 4_000, 10_000, 1_000_000].map(isWorkedOff)).toEqual([0, 0, 1_000, 20_000]));
});

describe('figures', () => {
  const cost = (cpuMs: number) => ({
    cpuMs,
    residentMb: 1,
    peakMb: 2,
    privateMb: 1,
    sharedMb: 0,
    processes: 1,
  });

  test('the cost between two readings; a process that started in between has no figure', () =>
    expect(
      sumCpu({ leader: cost(100), redis: null }, { leader: cost(160), redis: cost(20) }),
    ).toEqual({ leader: 60 }));

  test('the cost of a payment is over all rounds, not the mean of their costs', () => {
    const rounds = [
      { payments: 100, cpuMs: { leader: 10, lab: 5 } },
      { payments: 300, cpuMs: { leader: 10 } },
    ];
    expect(cpuUsAPayment(rounds)).toEqual({ leader: 50, lab: 12.5 });
    expect(sumOfSystem(cpuUsAPayment(rounds))).toBe(50);
    expect(cpuUsAPayment([])).toEqual({});
  });

  test('the rate is that of the round in the middle', () =>
    expect(
      ratePerSec([
        { payments: 10, seconds: 1 },
        { payments: 10, seconds: 0.1 },
        { payments: 10, seconds: 2 },
      ]),
    ).toBe(10));
});

const takeOver = (pending: number, finished: number, ...totals: number[]): TakeOverFigures => ({
  pending,
  finished,
  leaderPeakMb: 200,
  kills: totals.map((totalMs, index) => ({
    leader: 'server_1',
    atMs: 0,
    pending,
    handover: { kind: 'kill', term: index + 2, totalMs },
  })),
});
const memory = (peakMb: number) => ({ residentMb: peakMb, peakMb, privateMb: peakMb, sharedMb: 0 });
const costs = (leader: number, patients: number): CostFigures => ({
  pending: 1_000,
  finished: 0,
  accepted: [],
  drained: [],
  memory: { leader: memory(leader), patients: memory(patients) },
});

describe('objectives', () => {
  test('medians of the largest and the smallest backlog, in an empty table; the highest memory of any size', () => {
    const alone = [
      takeOver(1_000, 0, 40, 50, 400),
      takeOver(10_000, 0, 500),
      takeOver(1_000_000, 0, 90, 99, 101),
    ];
    const takeOvers = [...alone, takeOver(1_000, 10_000_000, 900)];
    const objectives = growthObjectives({
      costs: [costs(150, 301), costs(120, 90)],
      reads: [],
      pages: [],
      takeOvers,
    });
    expect(objectives.map(({ actual, met }) => [actual, met])).toEqual([
      [1.98, true],
      [200, true],
      [301, false],
    ]);
  });

  test('a single size has no objective about growth', () =>
    expect(
      growthObjectives({ costs: [], takeOvers: [takeOver(1_000, 0, 40)], reads: [], pages: [] }),
    ).toHaveLength(2));

  test('the slowest page of the console, and every page without an answer', () => {
    const shown = (p95Ms: number, failed: PageFigures['failed'] = null): PageFigures => ({
      path: '/',
      times: 20,
      p50Ms: 10,
      p95Ms,
      failed,
    });
    const plan = { ways: [], sequential: false, inVain: 0, pages: 1, ms: 1 };
    const objectives = growthObjectives({
      costs: [],
      takeOvers: [],
      reads: [{ ...shown(40), name: 'all', plan }],
      pages: [shown(90), shown(201), shown(30, { times: 2, status: 503 })],
    });
    expect(objectives.slice(-2).map(({ actual, met }) => [actual, met])).toEqual([
      [1, false],
      [201, false],
    ]);
  });

  test('a hand-over without a measurement meets no objective', () => {
    const [ratio] = growthObjectives({
      costs: [],
      takeOvers: [takeOver(1_000, 0, 40), takeOver(2_000, 0)],
      reads: [],
      pages: [],
    });
    expect(ratio?.met).toBe(false);
    expect(takeOverMs(takeOver(1, 0))).toBeNaN();
  });
});

describe('plans', () => {
  const scan = (node: Partial<PlanNode>): PlanNode => ({
    'Node Type': 'Limit',
    'Shared Hit Blocks': 7,
    'Shared Read Blocks': 3,
    'Plans': [{ 'Node Type': 'Seq Scan', ...node }],
  });
  const read = (plan: ReturnType<typeof readPlan>): Pick<ReadFigures, 'plan'> => ({ plan });

  test('distinguishes a scan of the payments’ table from one of another table', () => {
    expect(readPlan(scan({ 'Relation Name': 'payment' }), 4)).toEqual({
      ways: ['Seq Scan payment'],
      sequential: true,
      inVain: 0,
      pages: 10,
      ms: 4,
    });
    expect(readPlan(scan({ 'Relation Name': 'batch' }), 4).sequential).toBe(false);
    expect(
      readPlan(scan({ 'Node Type': 'Parallel Seq Scan', 'Relation Name': 'payment' }), 4)
        .sequential,
    ).toBe(true);
  });

  test('a fruitless walk of an index counts as a scan of the table; so does one that took too long to count', () => {
    const index = { 'Node Type': 'Index Scan', 'Index Name': 'i', 'Actual Loops': 2 };
    const walk = (removed: number) =>
      read(readPlan(scan({ ...index, 'Rows Removed by Filter': removed }), 1));
    expect([5_000, 5_001, NaN].map((removed) => goesThrough(walk(removed)))).toEqual([
      false,
      true,
      true,
    ]);
    const whole = (pages: number) =>
      read(
        readPlan(
          { 'Node Type': 'Seq Scan', 'Relation Name': 'payment', 'Shared Hit Blocks': pages },
          1,
        ),
      );
    expect([1_000, 1_001].map((pages) => goesThrough(whole(pages)))).toEqual([false, true]);
  });

  test('rows of a block that a lossy index returned count as read in vain', () =>
    expect(
      readPlan(
        scan({
          'Node Type': 'Bitmap Heap Scan',
          'Rows Removed by Index Recheck': 3,
          'Rows Removed by Filter': 4,
        }),
        1,
      ).inVain,
    ).toBe(7));

  test('statements of one read count together', () => {
    const one = readPlan(
      scan({ 'Node Type': 'Index Scan', 'Index Name': 'i', 'Rows Removed by Filter': 2 }),
      1,
    );
    expect(joinPlans([one, one])).toEqual({
      ways: ['Index Scan i'],
      sequential: false,
      inVain: 4,
      pages: 20,
      ms: 2,
    });
  });
});

test('the work plan estimates the remaining time from the weight of the finished part', () => {
  const workPlan = new WorkPlan(
    [
      { name: 'a', weight: 1 },
      { name: 'b', weight: 3 },
    ],
    1_000,
  );
  workPlan.begin({ name: 'a', weight: 1 });
  expect(workPlan.leftMs(2_000)).toBeNull();
  workPlan.begin({ name: 'b', weight: 3 });
  expect([workPlan.share, workPlan.leftMs(3_000)]).toEqual([0.25, 6_000]);
});

test('missing disk space is reported before the start', () => {
  expect(missingRoom('.', 1)).toBeNull();
  expect(missingRoom('.', 1e12)).toMatch(
    /^1000000000000 finished payments need [\d.]+ GB of disk, \. has [\d.]+ GB$/,
  );
});

describe('the chart', () => {
  test('ticks are 1, 2 and 5 of each power; powers alone where there are many', () => {
    expect(logTicks(1, 20)).toEqual([1, 2, 5, 10, 20]);
    expect(logTicks(1, 1_000_000)).toEqual([1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]);
  });

  test('shares have a linear axis from 0, and a share of 0 is drawn', () => {
    const points = [10, 20, 40].map((size, index) => [size, index * 50] as const);
    const drawn = logChart('Use', '%', 'rate', [{ name: 'one', points }], 'linear')?.toString();
    const heights = [
      .../[ML][\d.]+ ([\d.]+)/g[Symbol.matchAll](
        /class="line series-1" d="([^"]+)"/.exec(drawn ?? '')?.[1] ?? '',
      ),
    ].map(([, height]) => Number(height));
    expect(heights).toHaveLength(3);
    expect((heights[0] ?? 0) - (heights[1] ?? 0)).toBeCloseTo(
      (heights[1] ?? 0) - (heights[2] ?? 0),
    );
  });

  test('a constant series is level; values without a logarithm leave a gap, not a broken path', () => {
    const drawn =
      logChart('Cost', 'µs', 'pending', [
        {
          name: 'one',
          points: [
            [1_000, 50],
            [10_000, 50],
            [100_000, 0],
            [1_000_000, NaN],
          ],
        },
      ])?.toString() ?? '';
    const [, from, to] =
      /class="line series-1" d="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)"/.exec(drawn) ?? [];
    expect(from).toBe(to);
    expect(drawn).not.toMatch(/NaN|Infinity/);
    expect(logChart('Cost', 'µs', 'pending', [{ name: 'one', points: [] }])).toBeNull();
  });
});
