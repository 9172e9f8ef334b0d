/** The objectives of an overload. Pure. */
import { roundToTenth } from '../../shared/format.js';
import type { Objective } from '../record/result.js';
import { sum } from '../statistics/statistics.js';
import type { OverloadFigures, PhaseFigures } from './figures.js';
import { sumJudged, toGrowthPercent } from './memory.js';

/**
 * A refusal is late after this time, ms: longer waits interrupt a person's train of thought, and a
 * client with a time-out of a few seconds still has time for another attempt.
 * @see https://www.nngroup.com/articles/response-times-3-important-limits/
 */
const REFUSAL_MS = 1_000;
/** Largest growth of the memory during the overload, %. */
const GROWTH_PERCENT = 10;
/** Longest time until requests succeed in time again, s. */
const RECOVERY_SEC = 10;
/** Shortest overload in which growth can be seen beside the noise of the heaps, in seconds. */
const LEAST_SECONDS = 60;

/** The phase of the overload. */
export const getOverload = ({ phases }: Pick<OverloadFigures, 'phases'>): PhaseFigures =>
  phases.find(({ name }) => name === 'overload') as PhaseFigures;

/**
 * Without a recovery, its actual time is that of the last phase: it took longer.
 * @returns no objective for the memory of a short overload.
 */
export function overloadObjectives(figures: OverloadFigures): Objective[] {
  const overload = getOverload(figures);
  const { refusalMs, refused, fromSec, toSec } = overload;
  const refusalP95 = refused === 0 ? 0 : roundToTenth(refusalMs.p95);
  const failed = sum(figures.phases.map((phase) => phase.failed));
  const growth = roundToTenth(toGrowthPercent(sumJudged(figures.memory.growth)));
  const { recoverySec } = figures;
  const lastSec = Math.max(...figures.phases.map((phase) => phase.toSec));
  const memory = {
    name: 'memory growth, %',
    target: GROWTH_PERCENT,
    actual: growth,
    met: growth <= GROWTH_PERCENT,
  };
  return [
    {
      name: 'refusal p95, ms',
      target: REFUSAL_MS,
      actual: refusalP95,
      met: refusalP95 <= REFUSAL_MS,
    },
    { name: 'failed requests', target: 0, actual: failed, met: failed === 0 },
    ...(toSec - fromSec >= LEAST_SECONDS ? [memory] : []),
    {
      name: 'recovery, s',
      target: RECOVERY_SEC,
      actual: recoverySec ?? lastSec - toSec,
      met: recoverySec !== null && recoverySec <= RECOVERY_SEC,
    },
  ];
}
