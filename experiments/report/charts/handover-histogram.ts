/**
 * Durations of hand-overs: one histogram per kind, all on one logarithmic axis, so that kinds can
 * be compared.
 */
import { scaleLog } from 'd3-scale';
import type { HandoverSamples } from '../facts/handover-figures.js';
import { percentile } from '../../../shared/percentile.js';
import { duration } from '../../../shared/format.js';
import type { Html, Content } from '../../../shared/web/html.js';
import {
  bottomAxis,
  chart,
  coordinate,
  LEFT,
  svgPath,
  rectanglePath,
  RIGHT,
  svgText,
  CHART_WIDTH,
  type Scale,
} from './svg.js';

const PANEL_HEIGHT = 78;
const BARS_HEIGHT = 44;
const TOP = 8;
const BINS_PER_DECADE = 24;

/** Complete bins around all samples, ms. */
function binEdges(kinds: readonly HandoverSamples[]): number[] {
  const [low, high] = kinds.reduce(
    ([least, most], { samples: { totalMs } }) => [
      Math.min(least, totalMs[0] ?? Infinity),
      Math.max(most, totalMs.at(-1) ?? 0),
    ],
    [Infinity, 1],
  );
  const first = Math.floor(Math.log10(Math.max(1, low)) * BINS_PER_DECADE) - 1;
  const last = Math.ceil(Math.log10(high) * BINS_PER_DECADE) + 1;
  return Array.from(
    { length: Math.max(2, last - first + 1) },
    (_, index) => 10 ** ((first + index) / BINS_PER_DECADE),
  );
}

/** Number of samples per bin; both lists are ascending. */
export function countInBins(samples: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  let bin = 0;
  for (const sample of samples) {
    while (bin < counts.length - 1 && sample >= (edges[bin + 1] as number)) bin += 1;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** 1, 2 and 5 times every power of ten within the axis; more multiples on a short axis. */
function ticksOf([low = 1, high = 10]: readonly number[]): number[] {
  const powers = Array.from({ length: 8 }, (_, power) => 10 ** power);
  const factors = high / low > 12 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8];
  return powers
    .flatMap((power) => factors.map((factor) => factor * power))
    .filter((tick) => tick >= low && tick <= high);
}

function drawKind(
  { kind, samples: { totalMs } }: HandoverSamples,
  edges: readonly number[],
  scale: Scale,
  top: number,
): Content {
  const counts = countInBins(totalMs, edges);
  const most = counts.reduce((highest, count) => Math.max(highest, count), 1);
  const base = top + PANEL_HEIGHT - 14;
  const bars = counts.flatMap((count, index) => {
    if (count === 0) return [];
    const [x, to] = [scale(edges[index] as number), scale(edges[index + 1] as number)];
    const height = (count / most) * BARS_HEIGHT;
    return [rectanglePath(x + 0.5, base - height, to - x - 1, height)];
  });
  const median = percentile(totalMs, 0.5);
  return [
    svgText(LEFT - 8, base - 14, 'tick end', kind),
    svgText(LEFT - 8, base, 'note end', `n = ${totalMs.length}`),
    svgPath('bar', bars.join('')),
    svgPath('base', `M${LEFT} ${coordinate(base)}H${CHART_WIDTH - RIGHT}`),
    svgPath(
      'median',
      `M${coordinate(scale(median))} ${coordinate(base - BARS_HEIGHT - 4)}V${coordinate(base)}`,
    ),
    svgText(
      scale(median),
      base - BARS_HEIGHT - 8,
      'note middle',
      `median ${duration(Math.round(median))}`,
    ),
  ];
}

/** Null when no hand-over has a duration since its fault. */
export function handoverHistogram(all: readonly HandoverSamples[]): Html | null {
  const kinds = all.filter(({ samples: { totalMs } }) => totalMs.length > 0);
  if (kinds.length === 0) return null;
  const edges = binEdges(kinds);
  const bottom = TOP + kinds.length * PANEL_HEIGHT;
  const scale = scaleLog()
    .domain([edges[0] as number, edges.at(-1) as number])
    .range([LEFT, CHART_WIDTH - RIGHT]);
  return chart(
    bottom + 24,
    'Histograms of the time from the fault to the first commit, one row per kind; the table below has the figures.',
    bottomAxis(scale, ticksOf(scale.domain()), duration, TOP, bottom),
    kinds.map((kind, index) => drawKind(kind, edges, scale, TOP + index * PANEL_HEIGHT)),
  );
}
