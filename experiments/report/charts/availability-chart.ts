/**
 * Shares with their 95 % intervals, one row each: shows whether systems and the published figure
 * differ significantly.
 */
import { scaleLinear } from 'd3-scale';
import type { Html, Content } from '../../../shared/web/html.js';
import { html } from '../../../shared/web/html.js';
import {
  bottomAxis,
  chart,
  coordinate,
  svgPath,
  RIGHT,
  svgText,
  CHART_WIDTH,
  type Scale,
} from './svg.js';

export interface ShareRow {
  name: string;
  share: number;
  interval: readonly [low: number, high: number];
}

const ROW_HEIGHT = 32;
const TOP = 8;
const NAMES = 150;

function drawRow(
  { name, share, interval: [low, high] }: ShareRow,
  scale: Scale,
  y: number,
): Content {
  const [from, to] = [coordinate(scale(low)), coordinate(scale(high))];
  return [
    svgText(NAMES - 12, y + 4, 'tick end', name),
    svgPath('interval', `M${from} ${y}H${to}M${from} ${y - 6}v12M${to} ${y - 6}v12`),
    html`<circle class="share" cx="${coordinate(scale(share))}" cy="${coordinate(y)}" r="5"/>`,
  ];
}

export function availabilityChart(rows: readonly ShareRow[]): Html {
  const lowest = rows.reduce((least, { interval: [low] }) => Math.min(least, low), 1);
  const scale = scaleLinear()
    .domain([Math.max(0, lowest - (1 - lowest) * 0.1), 1])
    .nice()
    .range([NAMES, CHART_WIDTH - RIGHT - 24]);
  const bottom = TOP + rows.length * ROW_HEIGHT;
  const summary = `Availability with 95 % intervals: ${rows.map(({ name, share }) => `${name} ${(share * 100).toFixed(2)} %`).join(', ')}.`;
  return chart(
    bottom + 24,
    summary,
    bottomAxis(
      scale,
      scale.ticks(8),
      (share) => `${Number((share * 100).toPrecision(6))} %`,
      TOP,
      bottom,
    ),
    rows.map((row, index) => drawRow(row, scale, TOP + (index + 0.5) * ROW_HEIGHT)),
  );
}
