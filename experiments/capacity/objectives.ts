/** The objectives and the verdict of a run. Pure. */
import { sum } from '../statistics/statistics.js';
import type { Objective, Violation } from '../record/result.js';
import type { SystemFigures } from './figures.js';
import type { SystemRound } from './rounds.js';

/**
 * Each search must find a rate that passes and one that the system, not the generator, fails.
 * Whether one system is faster than another is a measurement, not an objective.
 */
export function capacityObjectives(figures: readonly SystemFigures[]): Objective[] {
  const points = figures.flatMap((one) => one.points);
  const found = points.filter(({ end, perSec }) => end === 'found' && perSec > 0).length;
  return [
    {
      name: 'saturation points found',
      target: points.length,
      actual: found,
      met: found === points.length,
    },
  ];
}

/** A payment that was answered as succeeded and is not in PostgreSQL. */
export const findUnsaved = (rounds: readonly SystemRound[]): Violation[] =>
  rounds.flatMap(({ round, system, steps }) => {
    const [paid, saved] = [
      sum(steps.map((step) => step.paid)),
      sum(steps.map((step) => step.saved)),
    ];
    if (paid === saved) return [];
    const id = `${system}, round ${round}: ${paid - saved} of ${paid}`;
    return [{ rule: 'answered as succeeded and not saved', ids: [id] }];
  });
