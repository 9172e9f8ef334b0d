/** The figures of the systems over the rounds: saturation points, ratios, bottlenecks. Pure. */
import { spreadOf, type Spread } from '../bench/figures.js';
import type { Bottleneck } from './bottleneck.js';
import type { SystemRound } from './rounds.js';
import type { CapacityStep } from './run-step.js';
import { findSaturation, type SaturationPoint, type StepOutcome } from './search.js';
import { BASELINE, type CapacitySystem } from './systems.js';

/**
 * Why a search ended. `found`: a higher rate failed. `generator`: at a higher rate the generator
 * was late, so the system may have more capacity. `most`: every rate passed.
 */
export type SearchEnd = 'found' | 'generator' | 'most';

export interface RoundPoint {
  round: number;
  /** Users per second. */
  perSec: number;
  end: SearchEnd;
  /** The step at the highest rate that passed; null: none passed. */
  passed: CapacityStep | null;
  /** The lowest rate that did not pass; null: all passed. */
  notPassed: CapacityStep | null;
}

export interface SystemFigures {
  system: CapacitySystem;
  points: readonly RoundPoint[];
  /** Users per second. */
  perSec: Spread;
  /** To the baseline of the same round; null: there is no baseline. */
  ratio: Spread | null;
  /** The bottlenecks of the rounds; the most frequent one first. */
  bottlenecks: readonly { bottleneck: Bottleneck; rounds: number }[];
}

const toEnd = ({ notPassed }: SaturationPoint): SearchEnd =>
  !notPassed ? 'most' : notPassed.outcome === 'failed' ? 'found' : 'generator';

export function toRoundPoint({ round, steps }: SystemRound): RoundPoint {
  const point = findSaturation(steps);
  const at = (perSec: number | undefined, outcome: StepOutcome | undefined): CapacityStep | null =>
    steps.find((step) => step.perSec === perSec && step.outcome === outcome) ?? null;
  return {
    round,
    perSec: point.perSec,
    end: toEnd(point),
    passed: at(point.perSec, 'passed'),
    notPassed: at(point.notPassed?.perSec, point.notPassed?.outcome),
  };
}

/** The step that shows the limit: the first beyond it, else the last below it. */
const toLimitStep = ({ notPassed, passed }: RoundPoint): CapacityStep | null => notPassed ?? passed;

function countBottlenecks(points: readonly RoundPoint[]): SystemFigures['bottlenecks'] {
  const found = points.flatMap((point) => toLimitStep(point)?.bottleneck ?? []);
  const toKey = ({ kind, name }: Bottleneck): string => `${kind} ${name ?? ''}`;
  const groups = new Map<string, { bottleneck: Bottleneck; rounds: number }>();
  for (const bottleneck of found) {
    const before = groups.get(toKey(bottleneck));
    groups.set(toKey(bottleneck), { bottleneck, rounds: (before?.rounds ?? 0) + 1 });
  }
  return [...groups.values()].sort((a, b) => b.rounds - a.rounds);
}

function toRatios(points: readonly RoundPoint[], baseline: readonly RoundPoint[]): Spread | null {
  const ratios = points.flatMap(({ round, perSec }) => {
    const base = baseline.find((point) => point.round === round)?.perSec ?? 0;
    return base > 0 ? [perSec / base] : [];
  });
  return ratios.length === 0 ? null : spreadOf(ratios);
}

/** @param systems in the order of the tables. */
export function summarizeRounds(
  systems: readonly CapacitySystem[],
  found: readonly SystemRound[],
): SystemFigures[] {
  const pointsOf = (system: CapacitySystem): RoundPoint[] =>
    found.filter((one) => one.system === system).map(toRoundPoint);
  const baseline = pointsOf(BASELINE);
  return systems.map((system) => {
    const points = pointsOf(system);
    return {
      system,
      points,
      perSec: spreadOf(points.map(({ perSec }) => perSec)),
      ratio: toRatios(points, baseline),
      bottlenecks: countBottlenecks(points),
    };
  });
}
