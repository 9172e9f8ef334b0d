/** Panels over one time axis, one below the other: each has its lines, its scale and its legend. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { duration } from '../../../shared/format.js';
import { html, trusted, type Content, type Html } from '../../../shared/web/html.js';
import { logTicks } from './log-chart.js';
import {
  bottomAxis,
  chart,
  CHART_WIDTH,
  coordinate,
  leftAxis,
  linePath,
  svgPath,
  svgText,
  type Scale,
} from './svg.js';
import { timeAxis, type TimeAxis } from './time-axis.js';

export interface TimeSeries {
  name: string;
  /** A value that is not finite is a gap. */
  points: readonly (readonly [atMs: number, value: number])[];
}

export interface TimePanel {
  title: string;
  series: readonly TimeSeries[];
  /** `duration`: times in ms, on a logarithmic scale. */
  kind: 'linear' | 'duration';
  height: number;
}

const FIRST_TOP = 44;
/** Between two panels, for the title and the legend. */
const GAP = 60;
const AXIS_HEIGHT = 26;
const TICKS = 4;
const TITLE_ABOVE = 26;
const LEGEND_ABOVE = 8;
const LEGEND_WIDTH = 120;

const valuesOf = ({ series }: TimePanel): number[] =>
  series.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);

function toScale(panel: TimePanel, top: number): { scale: Scale; ticks: number[] } {
  const range = [top + panel.height, top];
  const high = (least: number): number =>
    valuesOf(panel).reduce((most, value) => Math.max(most, value), least);
  if (panel.kind === 'linear') {
    const scale = scaleLinear()
      .domain([0, high(1)])
      .nice(TICKS)
      .range(range);
    return { scale, ticks: scale.ticks(TICKS) };
  }
  const last = high(10) * 1.3;
  return { scale: scaleLog().domain([1, last]).range(range).clamp(true), ticks: logTicks(1, last) };
}

function drawPanel(panel: TimePanel, top: number, axis: TimeAxis): Content {
  const { title, series, kind } = panel;
  const { scale, ticks } = toScale(panel, top);
  const right = CHART_WIDTH - series.length * LEGEND_WIDTH;
  return [
    svgText(0, top - TITLE_ABOVE, 'title', title),
    leftAxis(scale, ticks, kind === 'duration' ? duration : String),
    series.map(({ name, points }, index) => {
      const className = `line series-${index + 1}`;
      const places = points.map(([atMs, value]): [number, number] => [
        axis.scale(atMs),
        Number.isFinite(value) ? scale(value) : NaN,
      ]);
      const [x, y] = [right + index * LEGEND_WIDTH, top - LEGEND_ABOVE];
      return [
        svgPath(className, linePath(places)),
        html`<path class="${className}" d="${trusted(`M${x} ${y - 4}h18`)}"/>`,
        svgText(x + 24, y, 'tick', name),
      ];
    }),
  ];
}

/**
 * @param summary for users of a screen reader. @param marksMs times that are marked in every panel.
 */
export function timePanels(
  spanMs: number,
  panels: readonly TimePanel[],
  summary: string,
  marksMs: readonly number[] = [],
): Html {
  const axis = timeAxis(spanMs);
  let next = FIRST_TOP;
  const placed = panels.map((panel) => {
    const top = next;
    next += panel.height + GAP;
    return { panel, top };
  });
  const bottom = next - GAP;
  const marks = marksMs
    .map((atMs) => `M${coordinate(axis.scale(atMs))} ${FIRST_TOP}V${bottom}`)
    .join('');
  return chart(
    bottom + AXIS_HEIGHT,
    summary,
    bottomAxis(axis.scale, axis.ticks, axis.format, FIRST_TOP, bottom),
    svgPath('deadline', marks),
    placed.map(({ panel, top }) => drawPanel(panel, top, axis)),
  );
}
