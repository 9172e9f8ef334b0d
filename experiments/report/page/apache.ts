/** The page of the experiment apache: published beside measured, and each request's latency. */
import type { ApacheFigures } from '../../apache/figures.js';
import { compareWithApacheReport } from '../../apache/rows.js';
import type { RunRecord } from '../../record/run-record.js';
import { html } from '../../../shared/web/html.js';
import { REQUEST_HEADER, REQUEST_TITLE, toRequestCells } from '../apache-table.js';
import { taskPart } from './compared-rows.js';
import { pageHead } from './head.js';
import { outcomeSection } from './outcome.js';
import { htmlPage } from './page.js';
import { figureColumn, htmlTable, wordColumn } from './table.js';

const EXERCISES = [
  'The balancer and its three workers',
  'One instance is up',
  'One record through each instance',
  'Two steps with and without stickiness',
  'Failover of the least elected instance',
  'Failback',
  'An instance is stopped mid-session',
  'Many iterations of the two steps',
];

export function apachePage(journal: RunRecord, figures: ApacheFigures): string {
  const { name, seed, verdict } = journal.result;
  const rows = compareWithApacheReport(figures);
  const [request, ...columns] = REQUEST_HEADER;
  return htmlPage(`${name}, seed ${seed}: ${verdict}`, [
    pageHead(journal),
    html`<main>${outcomeSection(journal, new Map())}
<section id="published"><h2>Published and measured</h2>
${EXERCISES.map((title, index) => taskPart(rows, title, index + 1))}
<p class="quiet">A row agrees when its count or state equals the published one and every request was answered, unless its rule states a number of sessions.
Rows without a published figure must agree too: those with Redis repeat the exercise with sessions in Redis. apache.json next to this page has all figures.</p></section>
<section id="requests"><h2>Latency of each request</h2>
<p class="quiet">${REQUEST_TITLE}. Latencies depend on the machine. The identification compares a hash that is slow on purpose.</p>
${htmlTable(null, [...wordColumn(request), ...figureColumn(...columns)], toRequestCells(figures))}</section></main>`,
  ]).toString();
}
