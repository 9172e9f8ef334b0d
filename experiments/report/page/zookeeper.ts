/** The page of the experiment zookeeper: published beside measured, figures, memory, trials. */
import { html, type Content, type Html } from '../../../shared/web/html.js';
import type { RunRecord } from '../../record/run-record.js';
import type { TrialFigures } from '../../zookeeper/figures.js';
import { agrees, type MeasurementRow, type RowFigures } from '../../zookeeper/rows.js';
import type { MeasurementFigures } from '../../zookeeper/run-figures.js';
import { formatWhole } from '../table.js';
import {
  COMPARED_HEADER,
  describeMeasured,
  FIGURES_HEADER,
  ofBaseline,
  showRowAgreement,
  toComparedCells,
  toFigureCells,
} from '../zookeeper-table.js';
import { pageHead } from './head.js';
import { outcomeSection } from './outcome.js';
import { htmlPage } from './page.js';
import { figureColumn, foldTable, htmlTable, wordColumn } from './table.js';

function toMarkedCells(row: MeasurementRow): Content[] {
  const isEqual = agrees(row);
  const cells: Content[] = toComparedCells(row).slice(0, -1);
  const mark =
    isEqual === null
      ? '–'
      : html`<span class="${isEqual ? 'good' : 'bad'}">${showRowAgreement(row)}</span>`;
  return [...cells, mark];
}

const figuresTable = (title: string, rows: readonly [string, RowFigures][]): Html =>
  htmlTable(
    title,
    [...wordColumn('fault'), ...figureColumn(...FIGURES_HEADER)],
    rows.map(([name, figures]) => toFigureCells(name, figures)),
  );

const trialCells = (trial: TrialFigures): string[] => [
  trial.fault,
  trial.target,
  trial.nextMs === null ? 'never' : formatWhole(trial.nextMs),
  String(trial.means),
  String(trial.missed),
  trial.problem ?? trial.findings[0]?.id ?? '',
];

const trialsPart = (title: string, trials: readonly TrialFigures[]): Content =>
  trials.length === 0
    ? null
    : foldTable(
        title,
        htmlTable(
          null,
          [
            ...wordColumn('fault', 'target'),
            ...figureColumn('next ms', 'means', 'missed'),
            ...wordColumn('finding'),
          ],
          trials.map(trialCells),
        ),
      );

const memoryPart = ({ memory }: MeasurementFigures): Html =>
  html`<section id="memory"><h2>Memory</h2>${htmlTable(
    null,
    [...wordColumn('process'), ...figureColumn('processes', 'resident MB', 'largest MB')],
    memory.map(({ name, processes, residentMb, largestMb }) => [
      name,
      String(processes),
      residentMb.toFixed(1),
      largestMb.toFixed(1),
    ]),
  )}</section>`;

export function zookeeperPage(journal: RunRecord, figures: MeasurementFigures): string {
  const { name, seed, verdict } = journal.result;
  const { rows, trials } = figures;
  const baseline = ofBaseline(rows);
  return htmlPage(`${name}, seed ${seed}: ${verdict}`, [
    pageHead(journal),
    html`<main>${outcomeSection(journal, new Map())}
<section id="published"><h2>Published and measured</h2>
${htmlTable(null, wordColumn(...COMPARED_HEADER), rows.map(toMarkedCells))}
<p class="quiet">A row that went on in the report agrees when every trial goes on. A row that ended in the report agrees when the baseline, which repeats the published
behaviour, ends too. zookeeper.json next to this page has all figures.</p></section>
<section id="figures"><h2>Time to the next mean</h2>
<p class="quiet">From the fault, or from its end when it stops all rounds, to the first mean whose measurements were all made after it. Rounds begin every ${figures.periodMs} ms.</p>
${figuresTable(
  'Relevo',
  rows.map(({ title, relevo }) => [title, relevo]),
)}
${baseline.length === 0 ? null : figuresTable('As published', baseline)}
${trialsPart('Every trial of Relevo', trials.relevo)}
${trialsPart('Every trial of the baseline', trials.baseline)}</section>
<p class="quiet">${describeMeasured(figures)}.</p>
${memoryPart(figures)}</main>`,
  ]).toString();
}
