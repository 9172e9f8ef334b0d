/**
 * The page of the growth experiment: cost of a payment, memory and take-over over the size of the
 * backlog, as charts and as tables.
 */
import type { Growth } from '../../growth/growth-run.js';
import {
  cpuUsAPayment,
  ofSystem,
  ratePerSec,
  sumOf,
  TAKE_OVER_STEPS,
  takeOverMs,
  type CostFigures,
  type DatabaseSize,
} from '../../growth/figures.js';
import type { RunRecord } from '../../record/run-record.js';
import { logChart, type LogSeries } from '../charts/log-chart.js';
import { count } from '../format.js';
import { growthSheets, type Sheet } from '../growth-table.js';
import { markup, type Markup, type MarkupPart } from '../markup.js';
import { pageHead } from './head.js';
import { outcomeSection } from './outcome.js';
import { htmlPage } from './page.js';
import { figureColumn, htmlTable, wordColumn } from './table.js';

const PARTS = ['leader', 'postgres', 'redis', 'patients'] as const;
const ACROSS = 'payments pending';

type Valued<T> = readonly (readonly [name: string, of: (figures: T) => number])[];

/** One line per quantity in an empty table; next to finished payments only the first quantity. */
function seriesOf<T extends DatabaseSize>(all: readonly T[], quantities: Valued<T>): LogSeries[] {
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

const cpuOf =
  (part: string) =>
  ({ drained }: CostFigures): number =>
    cpuUsAPayment(drained)[part] ?? NaN;
const allCpu = ({ drained }: CostFigures): number => ofSystem(cpuUsAPayment(drained));
const memoryOf =
  (part: string) =>
  ({ memory }: CostFigures): number =>
    memory[part]?.peakMb ?? NaN;

const chartsOf = ({ costs, takeOvers }: Growth): MarkupPart => [
  logChart(
    'Cost of a payment',
    'CPU µs',
    ACROSS,
    seriesOf(costs, [
      ['all processes', allCpu],
      ...PARTS.map((part) => [part, cpuOf(part)] as const),
    ]),
  ),
  logChart(
    'Drained',
    'payments per second',
    ACROSS,
    seriesOf(costs, [
      ['drained', ({ drained }) => ratePerSec(drained)],
      ['accepted', ({ accepted }) => ratePerSec(accepted)],
    ]),
  ),
  logChart(
    'Take-over, median',
    'ms',
    ACROSS,
    seriesOf(
      takeOvers,
      TAKE_OVER_STEPS.map(([step, name]) => [name, (one) => takeOverMs(one, step)]),
    ),
  ),
  logChart(
    'Peak memory',
    'MB',
    ACROSS,
    seriesOf(costs, [
      ['leader', memoryOf('leader')],
      ['patients', memoryOf('patients')],
      ['redis', memoryOf('redis')],
    ]),
  ),
];

/** The first columns are sizes, or the name of a read. */
const sheetTable = ({ title, header, rows }: Sheet): Markup => {
  const [first = '', ...others] = header;
  const columns =
    first === 'read'
      ? [
          ...wordColumn(first),
          ...figureColumn(...others.slice(0, -1)),
          ...wordColumn(others.at(-1) ?? ''),
        ]
      : figureColumn(...header);
  return markup`<h3>${title}</h3>${htmlTable(null, columns, rows)}`;
};

function fillLine({ fill }: Growth): Markup | null {
  if (!fill) return null;
  const { finished, seconds, diskMb } = fill;
  const all = sumOf(diskMb);
  return markup`<p class="quiet">${count(finished)} finished payments were inserted within ${Math.round(seconds)} s; with their indexes they take
${count(Math.round(all))} MB on disk, ${count(Math.round((all * 2 ** 20) / finished))} bytes each.</p>`;
}

export function growthPage(journal: RunRecord, growth: Growth): string {
  const { name, seed, verdict } = journal.result;
  return htmlPage(`${name}, seed ${seed}: ${verdict}`, [
    pageHead(journal),
    markup`<main>${outcomeSection(journal, new Map())}
<section id="growth"><h2>Over the size of the backlog</h2>
${chartsOf(growth)}
${fillLine(growth)}
${growthSheets(growth).map(sheetTable)}
<p class="quiet">Memory: resident; for PostgreSQL the private memory of its processes, and separately their shared buffers. In vain: rows that a
read read and discarded. A read with “!” reads the whole table. growth.json next to this page has all figures.</p>
</section></main>`,
  ]).text;
}
