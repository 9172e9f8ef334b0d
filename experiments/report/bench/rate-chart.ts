/**
 * Rates next to each other: a bar for the median, a line from the lowest round to the highest, and
 * the ratio to a reference as text. Linear, so that a bar twice as long is twice as fast.
 */
import { scaleLinear } from 'd3-scale';
import { rateRatio, type Summary } from '../../bench/figures.js';
import {
  bottomAxis,
  chart,
  coordinate,
  svgPath,
  rectanglePath,
  RIGHT,
  svgText,
  CHART_WIDTH,
  type Scale,
} from '../charts/svg.js';
import { count } from '../../../shared/format.js';
import type { Html, Content } from '../../../shared/web/html.js';
import { formatTenth, formatWhole } from '../table.js';

const ROW_HEIGHT = 30;
const BAR_HEIGHT = 16;
const TOP = 8;
const NAMES = 200;
/** Space for the text after the longest bar. */
const WORDS = 170;

/** The figures of a bar. */
export type RatedSystem = Pick<Summary, 'name' | 'side' | 'rate'>;

function drawRow(
  one: RatedSystem,
  yardstick: RatedSystem | undefined,
  scale: Scale,
  y: number,
): Content {
  const {
    name,
    side,
    rate: { median, min, max },
  } = one;
  const times = rateRatio(one, yardstick);
  const words =
    Number.isFinite(times) && one !== yardstick
      ? `${formatWhole(median)} · ${formatTenth(times)} ×`
      : formatWhole(median);
  const [low, high] = [coordinate(scale(min)), coordinate(scale(max))];
  return [
    svgText(NAMES - 12, y + 4, 'tick end', name),
    svgPath(
      side === 'relevo' ? 'bar' : 'bar other',
      rectanglePath(NAMES, y - BAR_HEIGHT / 2, scale(median) - NAMES, BAR_HEIGHT),
    ),
    svgPath('interval', `M${low} ${y}H${high}M${low} ${y - 4}v8M${high} ${y - 4}v8`),
    svgText(scale(Math.max(median, max)) + 8, y + 4, 'tick', words),
  ];
}

/** @param all of one kind, fastest first. @param yardstick the reference of the ratios. */
export function rateChart(all: readonly RatedSystem[], yardstick: RatedSystem | undefined): Html {
  const fastest = all.reduce((most, { rate: { max } }) => Math.max(most, max), 1);
  const scale = scaleLinear()
    .domain([0, fastest])
    .range([NAMES, CHART_WIDTH - RIGHT - WORDS]);
  const bottom = TOP + all.length * ROW_HEIGHT;
  return chart(
    bottom + 24,
    `Payments per second: ${all.map(({ name, rate }) => `${name} ${formatWhole(rate.median)}`).join(', ')}.`,
    bottomAxis(scale, scale.ticks(6), count, TOP, bottom),
    all.map((one, index) => drawRow(one, yardstick, scale, TOP + (index + 0.5) * ROW_HEIGHT)),
  );
}
