/**
 * The panel of latencies: one dot per request while there are few enough, otherwise median, 99th
 * percentile and maximum of each bucket.
 */
import { scaleLog } from 'd3-scale';
import type { Timeline } from '../facts/timeline.js';
import { duration } from '../../../shared/format.js';
import type { Content } from '../../../shared/web/html.js';
import {
  coordinate,
  dotsPath,
  LEFT,
  leftAxis,
  linePath,
  svgPath,
  RIGHT,
  svgText,
  CHART_WIDTH,
  type Scale,
} from './svg.js';
import type { TimeAxis } from './time-axis.js';

interface LatencyFacts {
  timeline: Timeline;
  points: readonly (readonly [atMs: number, latencyMs: number])[];
  deadlineMs: number;
}

const FLOOR_MS = 1;

/** Powers of ten, with 2 and 5 between them where there is space. */
function ticksOf(scale: Scale): number[] {
  const [low = FLOOR_MS, high = FLOOR_MS] = scale.domain();
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high / low)) + 2 },
    (_, index) => 10 ** (Math.floor(Math.log10(low)) + index),
  );
  const steps = powers.length > 5 ? [1] : [1, 2, 5];
  return powers
    .flatMap((power) => steps.map((step) => step * power))
    .filter((tick) => tick >= low && tick <= high);
}

function latencyScale(
  { timeline: { buckets }, deadlineMs }: LatencyFacts,
  top: number,
  bottom: number,
): Scale {
  const seen = buckets.filter(({ max }) => Number.isFinite(max));
  const slowest = seen.reduce((most, { max }) => Math.max(most, max), FLOOR_MS);
  const fastest = seen.reduce((least, { p50 }) => Math.min(least, p50), slowest);
  // The deadline is only shown when it is less than ten times the slowest request; otherwise it
  // would flatten the chart.
  const high = Math.max(slowest * 1.3, deadlineMs <= slowest * 10 ? deadlineMs * 1.1 : 0);
  return scaleLog()
    .domain([Math.max(FLOOR_MS, fastest / 4), Math.max(high, FLOOR_MS * 10)])
    .range([bottom, top])
    .clamp(true);
}

const LINES = [
  ['latency-max', 'max'],
  ['latency-p99', 'p99'],
  ['latency-p50', 'p50'],
] as const;

export function drawLatency(
  facts: LatencyFacts,
  axis: TimeAxis,
  { top, bottom }: { top: number; bottom: number },
): Content {
  const {
    timeline: { buckets, bucketMs },
    points,
    deadlineMs,
  } = facts;
  const scale = latencyScale(facts, top, bottom);
  const line = (figure: 'p50' | 'p99' | 'max'): string =>
    linePath(
      buckets.map(({ fromMs, [figure]: ms }) => [
        axis.scale(fromMs + bucketMs / 2),
        Number.isFinite(ms) ? scale(ms) : NaN,
      ]),
    );
  const [, high = 0] = scale.domain();
  const limit =
    deadlineMs <= high ? `M${LEFT} ${coordinate(scale(deadlineMs))}H${CHART_WIDTH - RIGHT}` : '';
  return [
    leftAxis(scale, ticksOf(scale), duration),
    svgPath('deadline', limit),
    points.length > 0
      ? svgPath(
          'dots',
          dotsPath(points.map(([atMs, latencyMs]) => [axis.scale(atMs), scale(latencyMs)])),
        )
      : null,
    points.length > 0 ? null : LINES.map(([className, figure]) => svgPath(className, line(figure))),
    limit === ''
      ? null
      : svgText(
          CHART_WIDTH - RIGHT,
          scale(deadlineMs) + 13,
          'note end',
          `deadline ${duration(deadlineMs)}`,
        ),
    svgText(
      0,
      top - 30,
      'title',
      points.length > 0 ? 'Latency of each payment' : 'Latency: median, 99th percentile, maximum',
    ),
  ];
}
