/** A comparison as a separate page, in the style of the reports. */
import { chance, readableTime } from '../../shared/format.js';
import { html, type Html, type Content } from '../../shared/web/html.js';
import { htmlPage } from '../report/page/page.js';
import { figureColumn, htmlTable, wordColumn } from '../report/page/table.js';
import { groupBySystem, toCells, type ComparisonFacts } from './comparison-table.js';
import { LEVEL, type Difference } from './compare-runs.js';
import type { RecordedRun } from './recorded-run.js';

const MARKS: Record<Difference['judgement'], Content> = {
  better: html`<span class="good">▲ better</span>`,
  worse: html`<span class="bad">▼ worse</span>`,
  alike: 'alike',
  untested: 'too few to test',
};

const COLUMNS = [
  ...wordColumn(''),
  ...figureColumn('before', 'after', 'change', 'probability of such a difference by chance'),
  ...wordColumn(''),
];

const toRow = (difference: Difference): Content[] => {
  const { p, method, judgement } = difference;
  const tested = p === null ? '–' : `${chance(p)} (${method ?? ''})`;
  return [...toCells(difference), tested, MARKS[judgement]];
};

function runFacts(name: string, { folder, result, journal }: RecordedRun): Html {
  const { name: experiment, commit, seed, startedAt, verdict } = result;
  return html`<div><dt>${name}</dt><dd><b>${experiment}</b>, seed ${seed}, commit <code>${commit}</code>, ${verdict}<br>
${readableTime(startedAt)}, ${journal.machine.cpu}<br><code>${folder}</code></dd></div>`;
}

export function comparisonPage(facts: ComparisonFacts, worse: readonly string[]): string {
  const { before, after, differences, warnings, tolerance } = facts;
  const outcome =
    worse.length === 0
      ? html`<span class="good">No figure became worse.</span>`
      : html`<b class="bad">Worse:</b> ${worse.join('; ')}.`;
  return htmlPage(
    'Two runs compared',
    html`<header><h1>Two runs compared</h1>
<dl class="facts">${runFacts('Before', before)}${runFacts('After', after)}</dl></header>
<main><section><h2>Outcome</h2><p class="lead">${outcome}</p>
${warnings.map((sentence) => html`<p class="warn">${sentence}</p>`)}</section>
${groupBySystem(differences, toRow).map(([system, rows]) => html`<section><h2>${system}</h2>${htmlTable(null, COLUMNS, rows)}</section>`)}</main>
<footer><p>The probability that two equal runs differ this much, corrected for the number of tests (Holm). Better or worse: below ${LEVEL} and, for times, by more
than ${tolerance} %. Requests affected by the same hand-over are not independent, so p is slightly too small for shares.</p></footer>`,
  ).toString();
}
