/** The changes of every figure in the history of one machine. Pure. */
import { seededRandom } from '../../shared/random.js';
import { findChangePoints, type ChangePoint, type Detection } from './change-points.js';
import type { HistoryEntry } from './history.js';

interface FigureChange extends ChangePoint {
  /** The first run of the new level, and the run before it. */
  run: HistoryEntry;
  former: HistoryEntry;
  isWorse: boolean;
}

export interface FigureTrend {
  figure: string;
  runs: number;
  latest: number;
  /** Oldest first. */
  changes: FigureChange[];
  /** Relative standard deviation between consecutive runs. */
  noise: number;
}

/** Whether a higher value of the figure is worse: costs and times, not rates and ratios. */
const isCost = (figure: string): boolean => figure.includes('µs') || figure.includes(' ms');

/** From the differences of neighbours, so that a change of the level hardly counts. */
function measureNoise(values: readonly number[]): number {
  const steps = values.slice(1).map((value, index) => Math.log(value / (values[index] as number)));
  const square = steps.reduce((sum, step) => sum + step * step, 0);
  return steps.length === 0 ? NaN : Math.sqrt(square / (2 * steps.length));
}

function trendOf(
  figure: string,
  entries: readonly HistoryEntry[],
  detection: Detection,
): FigureTrend {
  const runs = entries.filter((entry) => figure in entry.figures);
  const values = runs.map((entry) => entry.figures[figure] as number);
  const found = findChangePoints(values, seededRandom(1, figure), detection);
  const changes = found.map((point) => ({
    ...point,
    run: runs[point.at] as HistoryEntry,
    former: runs[point.at - 1] as HistoryEntry,
    isWorse: isCost(figure) ? point.change > 0 : point.change < 0,
  }));
  return {
    figure,
    runs: runs.length,
    latest: values.at(-1) ?? NaN,
    changes,
    noise: measureNoise(values),
  };
}

/** @param entries of one machine, oldest first. */
export function findTrends(entries: readonly HistoryEntry[], detection: Detection): FigureTrend[] {
  const figures = [...new Set(entries.flatMap((entry) => Object.keys(entry.figures)))];
  return figures.sort().map((figure) => trendOf(figure, entries, detection));
}
