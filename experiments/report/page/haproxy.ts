/** The page of the experiment haproxy: published beside measured, and the strategies. */
import type { HaproxyFigures } from '../../haproxy/figures.js';
import { concludeStrategies } from '../../haproxy/conclusion.js';
import { compareWithPublished } from '../../haproxy/rows.js';
import type { RunRecord } from '../../record/run-record.js';
import { describeStrategies, STRATEGY_HEADER, toStrategyCells } from '../haproxy-table.js';
import { html, type Html } from '../../../shared/web/html.js';
import { taskPart } from './compared-rows.js';
import { pageHead } from './head.js';
import { outcomeSection } from './outcome.js';
import { htmlPage } from './page.js';
import { figureColumn, htmlTable, wordColumn } from './table.js';

const TASKS = [
  'Round robin without affinity, one server alone',
  'A cookie keeps a user on a server',
  'DRAIN, MAINT and ready',
  'A server that answers late',
  'Weights 2:1, s1 answers 250 ms late',
];

function strategiesPart(figures: HaproxyFigures): Html {
  const [name = '', ...others] = STRATEGY_HEADER;
  return html`<section id="strategies"><h2>6. Strategies with one slow server</h2>
<p class="quiet">${describeStrategies(figures)}. Each strategy receives the same requests at the same times, from 40 client addresses.</p>
${htmlTable(null, [...wordColumn(name), ...figureColumn(...others)], toStrategyCells(figures))}
${concludeStrategies(figures).map((sentence) => html`<p>${sentence}</p>`)}</section>`;
}

export function haproxyPage(journal: RunRecord, figures: HaproxyFigures): string {
  const { name, seed, verdict } = journal.result;
  const rows = compareWithPublished(figures);
  return htmlPage(`${name}, seed ${seed}: ${verdict}`, [
    pageHead(journal),
    html`<main>${outcomeSection(journal, new Map())}
<section id="published"><h2>Published and measured</h2>
${TASKS.map((title, index) => taskPart(rows, title, index + 1))}
<p class="quiet">Counts agree exactly or within the stated number of requests, and only when every request was answered. Latencies and rates depend on
the machine and are only shown. haproxy.json next to this page has all figures.</p></section>
${strategiesPart(figures)}</main>`,
  ]).toString();
}
