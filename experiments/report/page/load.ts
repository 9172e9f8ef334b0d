/** The page of the experiment load: published beside measured, and each level over time. */
import type { LevelFigures } from '../../load/figures.js';
import type { RunRecord } from '../../record/run-record.js';
import { html, type Html } from '../../../shared/web/html.js';
import { loadChart } from '../charts/load-chart.js';
import {
  describeGenerator,
  ERRORS_HEADER,
  LOAD_HEADER,
  STEPS_HEADER,
  toErrorRows,
  toLoadRows,
  toStepRows,
} from '../load-table.js';
import { pageHead } from './head.js';
import { outcomeSection } from './outcome.js';
import { htmlPage } from './page.js';
import { figureColumn, htmlTable, wordColumn, type Column } from './table.js';

/** The first columns are words, the others figures. */
const toColumns = (header: readonly string[], words: number): Column[] => [
  ...wordColumn(...header.slice(0, words)),
  ...figureColumn(...header.slice(words)),
];

const levelPart = (figures: LevelFigures): Html =>
  html`<h3>${figures.level}</h3>${loadChart(figures)}`;

export function loadPage(journal: RunRecord, levels: readonly LevelFigures[]): string {
  const { name, seed, verdict } = journal.result;
  return htmlPage(`${name}, seed ${seed}: ${verdict}`, [
    pageHead(journal),
    html`<main>${outcomeSection(journal, new Map())}
<section id="published"><h2>Published and measured</h2>
${htmlTable(null, toColumns(LOAD_HEADER, 2), toLoadRows(levels))}
${htmlTable('Failed requests by code', toColumns(ERRORS_HEADER, ERRORS_HEADER.length), toErrorRows(levels))}
${htmlTable('By request', toColumns(STEPS_HEADER, 2), toStepRows(levels))}
<p class="quiet">${describeGenerator(levels)} load.json next to this page has all figures.</p></section>
<section id="levels"><h2>Over time</h2>${levels.map(levelPart)}</section></main>`,
  ]).toString();
}
