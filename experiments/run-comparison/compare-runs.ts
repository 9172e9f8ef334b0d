/**
 * Compares two runs and tests whether the differences are significant. Shares use Fisher's exact
 * test or the z-test, hand-overs Mann-Whitney's U, percentiles of latency a block bootstrap. Holm's
 * correction applies to all tests together, because there are many. No test can determine how much
 * two runs of the same commit differ because of the machine; therefore times have a tolerance.
 * Pure.
 */
import { seededRandom } from '../../shared/random.js';
import { percentileDeviations, percentileP } from '../significance/block-bootstrap.js';
import { holm } from '../significance/holm.js';
import { compareRanks } from '../significance/ranks.js';
import { compareShares } from '../significance/shares.js';
import { percentile } from '../statistics/statistics.js';
import { binOf } from '../report/facts/latency-blocks.js';
import type { RecordedRun } from './recorded-run.js';

type DifferenceJudgement = 'better' | 'worse' | 'alike' | 'untested';

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
  judgement: DifferenceJudgement;
}

export interface CompareOptions {
  /** A time that changes by less than this share counts as equal, for any p. */
  tolerance: number;
}

/** The significance level, after Holm's correction. */
export const LEVEL = 0.05;
const SHARES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

type Untested = Omit<Difference, 'judgement'> & {
  /** Whether a larger value is better. */
  largerIsBetter: boolean;
};

type System = RecordedRun['result']['systems'][number];
type Blocks = RecordedRun['journal']['systems'][number]['latencyBlocks']['blocks'];

interface Side {
  total: System['total'];
  blocks: Blocks;
}

function availability(system: string, before: Side, after: Side): Untested {
  const share = ({ total: { sent, withinDeadline } }: Side) => ({
    successes: withinDeadline,
    trials: sent,
  });
  return shareDifference(system, 'availability', true, share(before), share(after));
}

interface Counted {
  successes: number;
  trials: number;
}

function shareDifference(
  system: string,
  what: string,
  largerIsBetter: boolean,
  before: Counted,
  after: Counted,
): Untested {
  const value = ({ successes, trials }: Counted): number => (trials === 0 ? 0 : successes / trials);
  const { method, p } = compareShares(before, after);
  return {
    system,
    what,
    unit: 'share',
    largerIsBetter,
    before: value(before),
    after: value(after),
    p,
    method,
  };
}

function latencies(system: string, before: Side, after: Side): Untested[] {
  const shares = SHARES.map(([, share]) => share);
  // Each side has its own random stream, so that the same comparison returns the same result.
  const [first, second] = [before, after].map(({ blocks }, side) =>
    percentileDeviations(blocks, shares, seededRandom(side, system)),
  );
  return SHARES.map(([name], index): Untested => {
    const [from, to] = [before.total.latencyMs[name], after.total.latencyMs[name]];
    const p =
      first && second
        ? percentileP(binOf(to) - binOf(from), first[index] ?? NaN, second[index] ?? NaN)
        : null;
    const method = p === null ? null : 'block bootstrap';
    return {
      system,
      what: `latency ${name} ms`,
      unit: 'ms',
      largerIsBetter: false,
      before: from,
      after: to,
      p,
      method,
    };
  });
}

const totals = ({ total: { handovers } }: Side, kind: string): number[] =>
  handovers.flatMap((handover) =>
    handover.kind === kind && handover.totalMs !== undefined ? [handover.totalMs] : [],
  );

function handovers(system: string, before: Side, after: Side): Untested[] {
  const kinds = new Set(
    [...before.total.handovers, ...after.total.handovers].map(({ kind }) => kind),
  );
  return [...kinds].flatMap((kind): Untested[] => {
    const [from, to] = [totals(before, kind), totals(after, kind)];
    const test = compareRanks(from, to);
    if (!test) return [];
    const [first, second] = [percentile(from, 0.5), percentile(to, 0.5)];
    return [
      {
        system,
        what: `hand-over ${kind} ms`,
        unit: 'ms',
        largerIsBetter: false,
        before: first,
        after: second,
        p: test.p,
        method: 'Mann-Whitney',
      },
    ];
  });
}

function errors(system: string, before: Side, after: Side): Untested[] {
  const codes = [
    ...new Set([before, after].flatMap(({ total }) => Object.keys(total.errors))),
  ].sort();
  const countInTime = ({ total }: Side, code: string): Counted => ({
    successes: total.errors[code] ?? 0,
    trials: total.sent,
  });
  return codes.map((code) =>
    shareDifference(
      system,
      `error ${code}`,
      false,
      countInTime(before, code),
      countInTime(after, code),
    ),
  );
}

/**
 * A difference is better or worse when it is significant and, for a time, larger than the
 * tolerance.
 */
function judge(
  { before, after, p, unit, largerIsBetter }: Untested,
  tolerance: number,
): DifferenceJudgement {
  if (p === null) return 'untested';
  const tooSmall = unit === 'ms' && Math.abs(after - before) <= tolerance * before;
  if (p >= LEVEL || before === after || tooSmall) return 'alike';
  return after > before === largerIsBetter ? 'better' : 'worse';
}

function correct(differences: readonly Untested[]): Untested[] {
  const tested = differences.filter(({ p }) => p !== null);
  const corrected = new Map(
    holm(tested.map(({ p }) => p ?? 1)).map((p, index) => [tested[index], p]),
  );
  return differences.map((difference) => ({ ...difference, p: corrected.get(difference) ?? null }));
}

function side({ result, journal }: RecordedRun, name: string): Side | null {
  const total = result.systems.find(({ system }) => system === name)?.total;
  const blocks = journal.systems.find(({ system }) => system === name)?.latencyBlocks.blocks;
  return total ? { total, blocks: blocks ?? [] } : null;
}

/** Compares every figure of the systems that both runs contain. */
export function compareRuns(
  before: RecordedRun,
  after: RecordedRun,
  { tolerance }: CompareOptions,
): Difference[] {
  const all = before.result.systems.flatMap(({ system }) => {
    const [first, second] = [side(before, system), side(after, system)];
    if (!first || !second) return [];
    return [availability, latencies, handovers, errors].flatMap((part) =>
      part(system, first, second),
    );
  });
  return correct(all).map((difference) => {
    const { system, what, unit, before: from, after: to, p, method } = difference;
    return {
      system,
      what,
      unit,
      before: from,
      after: to,
      p,
      method,
      judgement: judge(difference, tolerance),
    };
  });
}
