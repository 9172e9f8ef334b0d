/**
 * The page of the growth experiment: cost of a payment, memory and take-over over the size of the
 * backlog, as charts and as tables.
 */
import type { Growth } from '../../growth/growth-run.js';
import {
  cpuUsAPayment,
  ratePerSec,
  sumOfSystem,
  TAKE_OVER_STEPS,
  takeOverMs,
  type CostFigures,
  type DatabaseSize,
} from '../../growth/figures.js';
import type { RunRecord } from '../../record/run-record.js';
import { sum } from '../../statistics/statistics.js';
import { logChart, type LogSeries } from '../charts/log-chart.js';
import { count } from '../../../shared/format.js';
import { DRAIN_ROLES, growthSheets, type Sheet } from '../growth-table.js';
import { html, type Html, type Content } from '../../../shared/web/html.js';
import { pageHead } from './head.js';
import { outcomeSection } from './outcome.js';
import { htmlPage } from './page.js';
import { htmlTable } from './table.js';

type Valued<T> = readonly (readonly [name: string, of: (figures: T) => number])[];

/** One line per quantity in an empty table; next to finished payments only the first quantity. */
function listSeries<T extends DatabaseSize>(all: readonly T[], quantities: Valued<T>): LogSeries[] {
  const line = (name: string, of: (figures: T) => number, some: readonly T[]): LogSeries => ({
    name,
    points: some.map((figures) => [figures.pending, of(figures)] as const),
  });
  const alone = all.filter(({ finished }) => finished === 0);
  const beside = all.filter(({ finished }) => finished > 0);
  const [first] = quantities;
  const more =
    first && beside.length > 0
      ? [line(`${first[0]}, ${count(beside[0]?.finished ?? 0)} done`, first[1], beside)]
      : [];
  return [...quantities.map(([name, of]) => line(name, of, alone)), ...more];
}

const toCost =
  (role: string) =>
  ({ drained }: CostFigures): number =>
    cpuUsAPayment(drained)[role] ?? NaN;

/** A chart over the size of the backlog, one line per quantity. */
const growthChart = <T extends DatabaseSize>(
  title: string,
  unit: string,
  all: readonly T[],
  quantities: Valued<T>,
): Content => logChart(title, unit, 'payments pending', listSeries(all, quantities));

const drawCharts = ({ costs, takeOvers }: Growth): Content => [
  growthChart('Cost of a payment', 'CPU µs', costs, [
    ['all processes', ({ drained }) => sumOfSystem(cpuUsAPayment(drained))],
    ...DRAIN_ROLES.map((role) => [role, toCost(role)] as const),
  ]),
  growthChart('Drained', 'payments per second', costs, [
    ['drained', ({ drained }) => ratePerSec(drained)],
    ['accepted', ({ accepted }) => ratePerSec(accepted)],
  ]),
  growthChart(
    'Take-over, median',
    'ms',
    takeOvers,
    TAKE_OVER_STEPS.map(([step, name]) => [name, (one) => takeOverMs(one, step)]),
  ),
  growthChart(
    'Peak memory',
    'MB',
    costs,
    ['leader', 'patients', 'redis'].map((role) => [
      role,
      ({ memory }) => memory[role]?.peakMb ?? NaN,
    ]),
  ),
];

/** The columns of text; all others are figures. */
const WORDS = new Set(['read', 'by', 'path']);

function sheetTable({ title, header, rows }: Sheet): Html {
  const columns = header.map((name) => ({ name, figure: !WORDS.has(name) }));
  return html`<h3>${title}</h3>${htmlTable(null, columns, rows)}`;
}

function fillLine({ fill }: Growth): Html | null {
  if (!fill) return null;
  const { finished, seconds, diskMb } = fill;
  const all = sum(Object.values(diskMb));
  return html`<p class="quiet">${count(finished)} finished payments were inserted within ${Math.round(seconds)} s; with their indexes they take
${count(Math.round(all))} MB on disk, ${count(Math.round((all * 2 ** 20) / finished))} bytes each.</p>`;
}

export function growthPage(journal: RunRecord, growth: Growth): string {
  const { name, seed, verdict } = journal.result;
  return htmlPage(`${name}, seed ${seed}: ${verdict}`, [
    pageHead(journal),
    html`<main>${outcomeSection(journal, new Map())}
<section id="growth"><h2>Over the size of the backlog</h2>
${drawCharts(growth)}
${fillLine(growth)}
${growthSheets(growth).map(sheetTable)}
<p class="quiet">Memory: resident; for PostgreSQL the private memory of its processes, and separately their shared buffers. In vain: rows that a
read read and discarded. A read with “!” reads the whole table. growth.json next to this page has all figures.</p>
</section></main>`,
  ]).toString();
}
