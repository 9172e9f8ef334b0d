/**
 * The time axis of a run: round ticks in seconds, minutes or hours, depending on the length of the
 * run.
 */
import { scaleLinear } from 'd3-scale';
import { LEFT, RIGHT, CHART_WIDTH, type Scale } from './svg.js';

interface Unit {
  name: string;
  ms: number;
  /** Used for runs up to this length, ms. */
  untilMs: number;
}

const HOURS: Unit = { name: 'h', ms: 3_600_000, untilMs: Infinity };
const UNITS: readonly Unit[] = [
  { name: 's', ms: 1_000, untilMs: 300_000 },
  { name: 'min', ms: 60_000, untilMs: 3 * 3_600_000 },
  HOURS,
];

export interface TimeAxis {
  /** Maps ms since the start to a position in the chart. */
  scale: Scale;
  /** In ms. */
  ticks: readonly number[];
  format: (ms: number) => string;
}

const TICKS = 10;

export function timeAxis(spanMs: number): TimeAxis {
  const scale = scaleLinear()
    .domain([0, spanMs])
    .range([LEFT, CHART_WIDTH - RIGHT]);
  const unit = UNITS.find(({ untilMs }) => spanMs <= untilMs) ?? HOURS;
  const ticks = scaleLinear()
    .domain([0, spanMs / unit.ms])
    .ticks(TICKS)
    .map((value) => value * unit.ms);
  return { scale, ticks, format: (ms) => `${Number((ms / unit.ms).toPrecision(6))} ${unit.name}` };
}
