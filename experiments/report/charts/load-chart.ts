/**
 * A load level over time: requests per second, latency (logarithmic), and CPU use by part. The
 * panels share one time axis.
 */
import { scaleLinear, scaleLog } from 'd3-scale';
import type { LevelFigures, Second } from '../../load/figures.js';
import { duration } from '../../../shared/format.js';
import { html, trusted, type Content, type Html } from '../../../shared/web/html.js';
import { logTicks } from './log-chart.js';
import {
  bottomAxis,
  chart,
  CHART_WIDTH,
  leftAxis,
  linePath,
  svgPath,
  svgText,
  type Scale,
} from './svg.js';
import { timeAxis, type TimeAxis } from './time-axis.js';

interface Panel {
  title: string;
  top: number;
  bottom: number;
}

const RATE: Panel = { title: 'Requests per second', top: 44, bottom: 144 };
const LATENCY: Panel = { title: 'Latency of the requests due in a second', top: 204, bottom: 324 };
const CPU: Panel = { title: 'CPU use, % of one core', top: 384, bottom: 504 };
const TICKS = 4;
const TITLE_ABOVE = 26;
const LEGEND_ABOVE = 8;
const LEGEND_WIDTH = 120;

type Series = readonly [name: string, valueOf: (second: Second) => number];

const RATES: readonly Series[] = [
  ['sent', ({ sent }) => sent],
  ['failed', ({ failed }) => failed],
];
const LATENCIES: readonly Series[] = [
  ['median', ({ medianMs }) => medianMs],
  ['p95', ({ p95Ms }) => p95Ms],
];

const cpuSeries = (seconds: readonly Second[]): Series[] =>
  [...new Set(seconds.flatMap(({ cpu }) => Object.keys(cpu)))].map((part) => [
    part,
    ({ cpu }) => (cpu[part] ?? NaN) * 100,
  ]);

const valuesOf = (seconds: readonly Second[], series: readonly Series[]): number[] =>
  seconds.flatMap((second) => series.map(([, valueOf]) => valueOf(second))).filter(Number.isFinite);

function drawSeries(
  seconds: readonly Second[],
  series: readonly Series[],
  { axis, scale, panel }: { axis: TimeAxis; scale: Scale; panel: Panel },
): Content {
  const right = CHART_WIDTH - series.length * LEGEND_WIDTH;
  return series.map(([name, valueOf], index) => {
    const className = `line series-${index + 1}`;
    const points = seconds.map((second): [number, number] => [
      axis.scale((second.atSec + 0.5) * 1_000),
      Number.isFinite(valueOf(second)) ? scale(valueOf(second)) : NaN,
    ]);
    const [x, y] = [right + index * LEGEND_WIDTH, panel.top - LEGEND_ABOVE];
    return [
      svgPath(className, linePath(points)),
      html`<path class="${className}" d="${trusted(`M${x} ${y - 4}h18`)}"/>`,
      svgText(x + 24, y, 'tick', name),
    ];
  });
}

const toLinear = (values: readonly number[], { top, bottom }: Panel): Scale =>
  scaleLinear()
    .domain([0, values.reduce((most, value) => Math.max(most, value), 1)])
    .nice(TICKS)
    .range([bottom, top]);

function toLog(values: readonly number[], { top, bottom }: Panel): Scale {
  const high = values.reduce((most, value) => Math.max(most, value), 10);
  return scaleLog()
    .domain([1, high * 1.3])
    .range([bottom, top])
    .clamp(true);
}

/** @param figures with at least one second. */
export function loadChart({ level, seconds }: LevelFigures): Html {
  const axis = timeAxis(seconds.length * 1_000);
  const cpu = cpuSeries(seconds);
  const rate = toLinear(valuesOf(seconds, RATES), RATE);
  const latency = toLog(valuesOf(seconds, LATENCIES), LATENCY);
  const use = toLinear(valuesOf(seconds, cpu), CPU);
  const [low = 1, high = 10] = latency.domain();
  const title = ({ title: text, top }: Panel): Content =>
    svgText(0, top - TITLE_ABOVE, 'title', text);
  return chart(
    CPU.bottom + 26,
    `Rate, latency and CPU use of the level ${level} over ${duration(seconds.length * 1_000)}; load.json has the figures.`,
    bottomAxis(axis.scale, axis.ticks, axis.format, RATE.top, CPU.bottom),
    [RATE, LATENCY, CPU].map(title),
    leftAxis(rate, rate.ticks(TICKS), String),
    leftAxis(latency, logTicks(low, high), duration),
    leftAxis(use, use.ticks(TICKS), String),
    drawSeries(seconds, RATES, { axis, scale: rate, panel: RATE }),
    drawSeries(seconds, LATENCIES, { axis, scale: latency, panel: LATENCY }),
    drawSeries(seconds, cpu, { axis, scale: use, panel: CPU }),
  );
}
