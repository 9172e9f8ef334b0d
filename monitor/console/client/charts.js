/**
 * Charts of rate, latency and depth over the last minutes, with a mark at every election. uPlot
 * draws at most once per second.
 */
import { byId, show } from './dom.js';
import { clockTime, count, milliseconds, rate } from './format.js';
import uPlot from './uPlot.js';

/** @typedef {'committed' | 'p50' | 'p99' | 'pending' | 'waiting'} ColumnName */
/** @typedef {{ at: number[] } & Record<ColumnName, (number | null)[]>} Columns */
/** @typedef {{ at: number } & Record<ColumnName, number | null>} ChartSample */
/** @typedef {{ at: number, term: number }} ElectionMark */
/** @typedef {[name: ColumnName, tone: string, dash: number[]]} Line */
/** @typedef {{ id: string, series: Line[], unit: (value: number | null) => string }} Chart */

const HEIGHT = 190;
/** Minimum for the top of an axis, so that a few payments do not fill the chart. */
const LEAST_TOP = 8;

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * The content of each chart: columns of the samples, line styles, format of a value.
 * @type {readonly Chart[]}
 */
const CHARTS = [
  { id: 'rate', series: [['committed', '--good', []]], unit: rate },
  {
    id: 'latency',
    series: [
      ['p50', '--good', []],
      ['p99', '--warn', [5, 4]],
    ],
    unit: milliseconds,
  },
  {
    id: 'depth',
    series: [
      ['pending', '--good', []],
      ['waiting', '--warn', [5, 4]],
    ],
    unit: count,
  },
];
/** @type {readonly ColumnName[]} */
const COLUMNS = ['committed', 'p50', 'p99', 'pending', 'waiting'];

/** Up to this many values are also drawn as points, because one value alone makes no line. */
const POINTS_MAX = 20;
/** A value older than this many samples is not shown as the current one. */
const TOLD_FOR = 60;

/** Font size of the axes and terms, pixels. */
const TEXT_SIZE = 13;
/** Space for a term beside its line, pixels. */
const LABEL_WIDTH = 60;

/**
 * @param {uPlot} plot
 * @param {number} index
 */
const isSparse = ({ data }, index) =>
  (data[index] ?? []).filter((value) => value !== null).length <= POINTS_MAX;

/** @param {number} seconds */
const toMinute = (seconds) => clockTime(seconds * 1_000).slice(0, 5);

/**
 * Draws a line and a term number at each election.
 * @param {uPlot} plot
 * @param {readonly ElectionMark[]} elections
 */
function drawElections({ ctx, bbox, valToPos }, elections) {
  const scale = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour('--bad');
  ctx.fillStyle = colour('--soft');
  ctx.font = `${TEXT_SIZE * scale}px system-ui`;
  ctx.setLineDash([2 * scale, 3 * scale]);
  let labelled = Infinity;
  // Newest first: of elections close to each other only the last one shows its term.
  for (const { at, term } of elections) {
    const x = valToPos(at / 1_000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (labelled - x < LABEL_WIDTH * scale) continue;
    // Without space on the right the term is on the left.
    const isAtTheEnd = x + LABEL_WIDTH * scale > bbox.left + bbox.width;
    ctx.textAlign = isAtTheEnd ? 'right' : 'left';
    ctx.fillText(`term ${term}`, x + (isAtTheEnd ? -4 : 4) * scale, bbox.top + TEXT_SIZE * scale);
    labelled = isAtTheEnd ? x - LABEL_WIDTH * scale : x;
  }
  ctx.restore();
}

/**
 * @param {Chart} chart
 * @param {number} width
 * @param {() => [number, number]} span
 * @param {() => readonly ElectionMark[]} elections
 * @returns {uPlot.Options}
 */
function options({ series, unit }, width, span, elections) {
  const axis = {
    stroke: colour('--soft'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: `${TEXT_SIZE}px system-ui`,
  };
  const points = { show: isSparse, size: 5 };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 22, 0, 0],
    scales: {
      x: { range: span },
      y: { range: (_plot, _low, high) => [0, Math.max(LEAST_TOP, (high ?? 0) * 1.15)] },
    },
    axes: [
      {
        ...axis,
        size: 30,
        incrs: [60, 120, 300, 600],
        space: 54,
        values: (_plot, splits) => splits.map(toMinute),
      },
      {
        ...axis,
        size: 64,
        space: 40,
        values: (_plot, splits) => splits.map((value) => unit(value)),
      },
    ],
    series: [
      {},
      ...series.map(([, tone, dash]) => ({
        stroke: colour(tone),
        width: 2,
        dash,
        spanGaps: true,
        points,
      })),
    ],
    hooks: { draw: [(plot) => drawElections(plot, elections())] },
  };
}

/**
 * @param {Columns} data
 * @param {Chart} chart
 * @returns {uPlot.AlignedData}
 */
const toColumns = (data, { series }) => [
  data.at.map((ms) => ms / 1_000),
  ...series.map(([name]) => data[name]),
];

/**
 * Writes the current values beside the charts.
 * @param {Columns} data
 */
function tell(data) {
  for (const { series, unit } of CHARTS) {
    for (const [name] of series) {
      const text = unit(data[name].slice(-TOLD_FOR).findLast((value) => value !== null) ?? null);
      document.querySelectorAll(`[data-now="${name}"]`).forEach((place) => show(place, text));
    }
  }
}

export function charts() {
  /** @type {Columns | null} */
  let data = null;
  let minutes = 5;
  /** @type {readonly ElectionMark[]} */
  let marks = [];
  /** @type {{ chart: Chart, box: HTMLElement, plot: uPlot }[]} */
  let plots = [];

  /**
   * Always shows the whole span, even when the monitor has fewer samples.
   * @returns {[number, number]}
   */
  const span = () => {
    const end = (data?.at.at(-1) ?? Date.now()) / 1_000;
    return [end - minutes * 60, end];
  };
  const redraw = () => {
    if (!data || document.hidden) return;
    for (const { plot, chart } of plots) plot.setData(toColumns(data, chart));
  };
  const build = () => {
    if (!data) return;
    const columns = data;
    for (const { plot } of plots) plot.destroy();
    plots = CHARTS.map((chart) => {
      const box = byId(`chart-${chart.id}`);
      const layout = options(chart, box.clientWidth, span, () => marks);
      return { chart, box, plot: new uPlot(layout, toColumns(columns, chart), box) };
    });
  };
  /** @param {Columns} data */
  const trim = (data) => {
    const from = (data.at.at(-1) ?? 0) - minutes * 60_000;
    const old = data.at.findIndex((at) => at >= from);
    if (old > 0) for (const column of Object.values(data)) column.splice(0, old);
  };

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', build);
  new ResizeObserver(() =>
    plots.forEach(({ plot, box }) => {
      const width = box.clientWidth;
      if (width > 0 && width !== plot.width) plot.setSize({ width, height: HEIGHT });
    }),
  ).observe(byId('charts'));
  document.addEventListener('visibilitychange', redraw);

  return {
    /**
     * Replaces all samples with the answer of `GET /series`.
     * @param {import('../../http/schemas.js').Series} series
     * @param {number} ofMinutes
     */
    load(series, ofMinutes) {
      minutes = ofMinutes;
      data = {
        at: [...series.at],
        committed: [...series.committed],
        p50: [...series.p50],
        p99: [...series.p99],
        pending: [...series.pending],
        waiting: [...series.waiting],
      };
      build();
      tell(data);
    },
    /** @param {ChartSample} sample a value for each column. Times only increase. */
    add(sample) {
      if (!data || sample.at <= (data.at.at(-1) ?? 0)) return;
      data.at.push(sample.at);
      for (const name of COLUMNS) data[name].push(sample[name]);
      trim(data);
      redraw();
      tell(data);
    },
    /** @param {readonly ElectionMark[]} elections newest first; times in epoch ms. */
    mark(elections) {
      marks = elections;
      for (const { plot } of plots) plot.redraw(false);
    },
  };
}
