/**
 * Compares two runs and tests whether the differences are significant. Shares use Fisher's exact
 * test or the z-test, hand-overs Mann-Whitney's U, percentiles of latency a block bootstrap. Holm's
 * correction applies to all tests together, because there are many. No test can determine how much
 * two runs of the same commit differ because of the machine; therefore times have a tolerance.
 * Pure.
 */
import { seededRandom } from '../../shared/random.js';
import { percentileDeviations, percentileP, type Blocks } from '../significance/block-bootstrap.js';
import { holm } from '../significance/p-values.js';
import { compareRanks } from '../significance/ranks.js';
import { compareShares } from '../significance/shares.js';
import { percentile } from '../../shared/percentile.js';
import { binOf } from '../report/facts/latency-blocks.js';
import type { RecordedRun } from './recorded-run.js';

export interface Difference {
  system: string;
  /** `availability`, `latency p99 ms`, `hand-over kill ms`, `error ECONNRESET`. */
  what: string;
  /** Shares in [0, 1]; times in ms. */
  unit: 'share' | 'ms';
  before: number;
  after: number;
  /** Corrected for the number of tests; null: too few samples to test. */
  p: number | null;
  /** Null: not tested. */
  method: 'Fisher' | 'z' | 'Mann-Whitney' | 'block bootstrap' | null;
  judgement: 'better' | 'worse' | 'alike' | 'untested';
}

/** The significance level, after Holm's correction. */
export const LEVEL = 0.05;
const PERCENTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

type Tested = Omit<Difference, 'system' | 'judgement'>;

interface Side {
  total: RecordedRun['result']['systems'][number]['total'];
  blocks: Blocks;
}

/** The difference of a share: of the requests for which `count` returns the number. */
function compareCounts(
  what: string,
  before: Side,
  after: Side,
  count: (total: Side['total']) => number,
): Tested {
  const [first, second] = [before, after].map(({ total }) => {
    return { successes: count(total), trials: total.sent };
  }) as [Counted, Counted];
  const share = ({ successes, trials }: Counted): number => (trials === 0 ? 0 : successes / trials);
  const { p, method } = compareShares(first, second);
  return { what, unit: 'share', before: share(first), after: share(second), p, method };
}

type Counted = Parameters<typeof compareShares>[0];

function compareLatencies(system: string, before: Side, after: Side): Tested[] {
  const shares = PERCENTILES.map(([, share]) => share);
  // Each side has its own random stream, so that the same comparison returns the same result.
  const [first, second] = [before, after].map(({ blocks }, side) =>
    percentileDeviations(blocks, shares, seededRandom(side, system)),
  );
  return PERCENTILES.map(([name], index): Tested => {
    const [from, to] = [before.total.latencyMs[name], after.total.latencyMs[name]];
    const times = { what: `latency ${name} ms`, unit: 'ms', before: from, after: to } as const;
    if (!first || !second) return { ...times, p: null, method: null };
    const difference = binOf(to) - binOf(from);
    const p = percentileP(difference, first[index] ?? NaN, second[index] ?? NaN);
    return { ...times, p, method: 'block bootstrap' };
  });
}

function compareHandovers(before: Side, after: Side): Tested[] {
  const all = [before, after].map(({ total }) => total.handovers);
  return [...new Set(all.flat().map(({ kind }) => kind))].flatMap((kind): Tested[] => {
    const [from = [], to = []] = all.map((handovers) =>
      handovers.flatMap((one) => (one.kind === kind ? (one.totalMs ?? []) : [])),
    );
    const p = compareRanks(from, to)?.p;
    if (p === undefined) return [];
    const [first, second] = [percentile(from, 0.5), percentile(to, 0.5)];
    const what = `hand-over ${kind} ms`;
    return [{ what, unit: 'ms', before: first, after: second, p, method: 'Mann-Whitney' }];
  });
}

function compareErrors(before: Side, after: Side): Tested[] {
  const codes = [before, after].flatMap(({ total }) => Object.keys(total.errors));
  return [...new Set(codes)]
    .sort()
    .map((code) =>
      compareCounts(`error ${code}`, before, after, ({ errors }) => errors[code] ?? 0),
    );
}

/**
 * A difference is better or worse when it is significant and, for a time, larger than the
 * tolerance. A larger value is better only for the availability.
 */
function judge(
  { what, before, after, p, unit }: Tested,
  tolerance: number,
): Difference['judgement'] {
  if (p === null) return 'untested';
  const tooSmall = unit === 'ms' && Math.abs(after - before) <= tolerance * before;
  if (p >= LEVEL || before === after || tooSmall) return 'alike';
  return after > before === (what === 'availability') ? 'better' : 'worse';
}

function getSide({ result, journal }: RecordedRun, name: string): Side | null {
  const total = result.systems.find(({ system }) => system === name)?.total;
  const blocks = journal.systems.find(({ system }) => system === name)?.latencyBlocks.blocks;
  return total ? { total, blocks: blocks ?? [] } : null;
}

/**
 * Compares every figure of the systems that both runs contain. @param tolerance a time that changes
 *   by less than this share counts as equal, for any p.
 */
export function compareRuns(
  before: RecordedRun,
  after: RecordedRun,
  tolerance: number,
): Difference[] {
  const all = before.result.systems.flatMap(({ system }) => {
    const [first, second] = [getSide(before, system), getSide(after, system)];
    if (!first || !second) return [];
    const tested = [
      compareCounts('availability', first, second, ({ withinDeadline }) => withinDeadline),
      ...compareLatencies(system, first, second),
      ...compareHandovers(first, second),
      ...compareErrors(first, second),
    ];
    return tested.map((each) => ({ system, ...each }));
  });
  const corrected = holm(all.flatMap(({ p }) => p ?? []));
  return all.map((each) => {
    const difference = { ...each, p: each.p === null ? null : (corrected.shift() ?? 1) };
    return { ...difference, judgement: judge(difference, tolerance) };
  });
}
