/**
 * Quantities over a size, both axes logarithmic. A constant quantity is a horizontal line, a
 * proportional one rises like the diagonal, and sizes from a thousand to a million fit next to each
 * other. Shares have a linear axis from 0 instead.
 */
import { scaleLinear, scaleLog } from 'd3-scale';
import { count } from '../../../shared/format.js';
import { html, trusted, type Html, type Content } from '../../../shared/web/html.js';
import {
  bottomAxis,
  chart,
  coordinate,
  leftAxis,
  LEFT,
  linePath,
  svgPath,
  RIGHT,
  svgText,
  CHART_WIDTH,
  type Scale,
} from './svg.js';

const TOP = 26;
const HEIGHT = 280;
const LEGEND_WIDTH = 168;
/** Number of colours in report.css. */
const SERIES_MAX = 7;

export interface LogSeries {
  name: string;
  points: readonly (readonly [size: number, value: number])[];
}

/** The axis of the values. */
export type ValueAxis = 'log' | 'linear';

const isDrawable =
  (axis: ValueAxis) =>
  ([size, value]: readonly [number, number]): boolean =>
    size > 0 && Number.isFinite(value) && (axis === 'linear' ? value >= 0 : value > 0);

/** 1, 2 and 5 times every power of ten within the range. */
export function logTicks(low: number, high: number): number[] {
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  const powers = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  const factors = to - from > 3 ? [1] : [1, 2, 5];
  const ticks = powers.flatMap((power) =>
    factors.map((factor) => Number((factor * power).toPrecision(3))),
  );
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** The next of 1, 2, 5 at or beyond a value, outward. */
function outward(value: number, direction: 'down' | 'up'): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 2, 5, 10].map((factor) => Number((factor * power).toPrecision(3)));
  return direction === 'up'
    ? (steps.find((step) => step >= value) ?? value)
    : (steps.findLast((step) => step <= value) ?? value);
}

interface Axes {
  x: Scale;
  y: Scale;
  drawable: (point: readonly [number, number]) => boolean;
}

function drawSeries({ name, points }: LogSeries, index: number, axes: Axes): Content {
  const { x, y, drawable } = axes;
  const colour = `series-${(index % SERIES_MAX) + 1}`;
  const placed = points.filter(drawable).map(([size, value]) => [x(size), y(value)] as const);
  const marks = placed.map(([left, top]) => `M${coordinate(left)} ${coordinate(top)}h0`).join('');
  const row = TOP + 14 + index * 18;
  return [
    svgPath(`line ${colour}`, linePath(placed)),
    svgPath(`mark ${colour}`, marks),
    html`<path class="${`line ${colour}`}" d="${trusted(`M${CHART_WIDTH - LEGEND_WIDTH} ${row - 4}h22`)}"/>`,
    svgText(CHART_WIDTH - LEGEND_WIDTH + 28, row, 'tick', name),
  ];
}

/** Range from the smallest to the largest value, extended to full ticks. */
function extent(values: readonly number[]): [number, number] {
  const least = values.reduce((low, value) => Math.min(low, value), Infinity);
  return [
    outward(least, 'down'),
    outward(
      values.reduce((high, value) => Math.max(high, value), 0),
      'up',
    ),
  ];
}

const TICKS = 6;

/** The scale of the values, with its ticks. */
function toValueScale(values: readonly number[], axis: ValueAxis, bottom: number) {
  const [low, high] = extent(values);
  if (axis === 'linear') {
    const scale = scaleLinear().domain([0, high]).range([bottom, TOP]);
    return { scale, ticks: scale.ticks(TICKS) };
  }
  const scale = scaleLog()
    .domain([low, high > low ? high : low * 10])
    .range([bottom, TOP]);
  return { scale, ticks: logTicks(...(scale.domain() as [number, number])) };
}

/**
 * @param unit of the values.
 * @param axis of the values. Default: logarithmic.
 * @returns null when no point can be drawn.
 */
export function logChart(
  title: string,
  unit: string,
  across: string,
  series: readonly LogSeries[],
  axis: ValueAxis = 'log',
): Html | null {
  const drawable = isDrawable(axis);
  const points = series.flatMap((one) => one.points.filter(drawable));
  if (points.length === 0) return null;
  const [left, right] = extent(points.map(([size]) => size));
  const bottom = TOP + HEIGHT;
  const x = scaleLog()
    .domain([left, right > left ? right : left * 10])
    .range([LEFT, CHART_WIDTH - RIGHT - LEGEND_WIDTH - 16]);
  const { scale: y, ticks } = toValueScale(
    points.map(([, value]) => value),
    axis,
    bottom,
  );
  const axes = axis === 'log' ? 'both logarithmic' : `${across} logarithmic`;
  return chart(
    bottom + 40,
    `${title} in ${unit} over ${across}, ${axes}; the table below has the figures.`,
    svgText(LEFT, 14, 'title', `${title}, ${unit}`),
    leftAxis(y, ticks, count),
    bottomAxis(x, logTicks(...(x.domain() as [number, number])), count, TOP, bottom),
    svgText((LEFT + CHART_WIDTH - RIGHT - LEGEND_WIDTH) / 2, bottom + 34, 'note middle', across),
    series.map((one, index) => drawSeries(one, index, { x, y, drawable })),
  );
}
