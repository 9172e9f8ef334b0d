/**
 * Charts of rate, latency and depth over a period, with a mark at every election. uPlot draws at
 * most once per second.
 */
import { COLUMNS, COUNT_STEPS, timeLabels, TIME_STEPS, toPlotData } from './chart-data.js';
import { byId, show } from './dom.js';
import { count, milliseconds, rate } from './format.js';
import uPlot from './uPlot.js';

/** @typedef {import('./chart-data.js').ColumnName} ColumnName */
/** @typedef {import('./chart-data.js').Columns} Columns */
/** @typedef {import('./periods.js').Loaded} Loaded */
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
/** Up to this many values are also drawn as points, because one value alone makes no line. */
const POINTS_MAX = 20;
/** A value older than this is not shown as the current one, ms. */
const TOLD_MS = 60_000;

/** Font size of the axes and terms, pixels. */
const TEXT_SIZE = 13;
/** Space for a term beside its line, pixels. */
const LABEL_WIDTH = 60;

/**
 * @param {uPlot} plot
 * @param {number} index
 */
const isSparse = ({ data }, index) =>
  (data[index] ?? []).filter((value) => value !== null && value !== undefined).length <= POINTS_MAX;

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
  const [from, to] = span();
  const { space, label } = timeLabels(to - from);
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
        incrs: TIME_STEPS,
        space,
        values: (_plot, splits) => splits.map(label),
      },
      {
        ...axis,
        size: 64,
        space: 40,
        incrs: COUNT_STEPS,
        values: (_plot, splits) => splits.map((value) => unit(value)),
      },
    ],
    series: [
      {},
      ...series.map(([, tone, dash]) => ({
        stroke: colour(tone),
        width: 2,
        dash,
        points,
      })),
    ],
    hooks: { draw: [(plot) => drawElections(plot, elections())] },
  };
}

/**
 * The current values beside the charts. They stay live while the charts show another period.
 */
function currentValues() {
  /** @type {Map<ColumnName, { at: number, value: number }>} */
  const latest = new Map();
  const write = () => {
    for (const { series, unit } of CHARTS)
      for (const [name] of series) {
        const known = latest.get(name);
        const isCurrent = known && Date.now() - known.at < TOLD_MS;
        const text = unit(isCurrent ? known.value : null);
        document.querySelectorAll(`[data-now="${name}"]`).forEach((place) => show(place, text));
      }
  };
  return {
    /** @param {Columns} data samples of the monitor's memory. */
    load(data) {
      for (const name of COLUMNS) {
        const index = data[name].findLastIndex((value) => value !== null);
        const value = data[name][index];
        const at = data.at[index];
        if (typeof value === 'number' && at !== undefined) latest.set(name, { at, value });
      }
      write();
    },
    /** @param {ChartSample} sample */
    add(sample) {
      for (const name of COLUMNS) {
        const value = sample[name];
        if (value !== null) latest.set(name, { at: sample.at, value });
      }
      write();
    },
  };
}

/** @param {(at: number) => void} onMoment receives the time of a click on a chart, epoch ms. */
export function charts(onMoment) {
  const current = currentValues();
  /** @type {Loaded | null} */
  let loaded = null;
  /** @type {readonly ElectionMark[]} */
  let marks = [];
  /** @type {{ chart: Chart, box: HTMLElement, plot: uPlot }[]} */
  let plots = [];

  /**
   * Always shows the whole period, even when there are fewer samples.
   * @returns {[number, number]}
   */
  const span = () => {
    const period = loaded?.period ?? 5;
    if (typeof period !== 'number') return [period.from / 1_000, period.to / 1_000];
    const end = (loaded?.columns.at.at(-1) ?? Date.now()) / 1_000;
    return [end - period * 60, end];
  };
  /**
   * @param {Loaded} from
   * @param {Chart} chart
   */
  const getData = ({ columns, stepMs }, { series }) =>
    /** @type {uPlot.AlignedData} */ (
      toPlotData(
        columns,
        series.map(([name]) => name),
        stepMs,
      )
    );
  const redraw = () => {
    if (!loaded || document.hidden) return;
    for (const { plot, chart } of plots) plot.setData(getData(loaded, chart));
  };
  const build = () => {
    if (!loaded) return;
    const shown = loaded;
    for (const { plot } of plots) plot.destroy();
    plots = CHARTS.map((chart) => {
      const box = byId(`chart-${chart.id}`);
      const layout = options(chart, box.clientWidth, span, () => marks);
      const plot = new uPlot(layout, getData(shown, chart), box);
      plot.over.addEventListener('click', ({ offsetX }) =>
        onMoment(plot.posToVal(offsetX, 'x') * 1_000),
      );
      return { chart, box, plot };
    });
  };
  /** @param {Columns} data */
  const trim = (data) => {
    const [from] = span();
    const old = data.at.findIndex((at) => at >= from * 1_000);
    if (old > 0)
      for (const name of ['at', ...COLUMNS]) data[/** @type {'at'} */ (name)].splice(0, old);
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
     * Replaces all samples. Samples are added to a period that is live.
     * @param {Loaded} next
     */
    load(next) {
      loaded = next;
      build();
      if (next.series) current.load(next.series);
    },
    /** @param {ChartSample} sample a value for each column. Times only increase. */
    add(sample) {
      current.add(sample);
      if (!loaded?.series || sample.at <= (loaded.columns.at.at(-1) ?? 0)) return;
      loaded.columns.at.push(sample.at);
      for (const name of COLUMNS) loaded.columns[name].push(sample[name]);
      trim(loaded.columns);
      redraw();
    },
    /** @param {readonly ElectionMark[]} elections newest first; times in epoch ms. */
    mark(elections) {
      marks = elections;
      for (const { plot } of plots) plot.redraw(false);
    },
  };
}
