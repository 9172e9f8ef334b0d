/** The page of the experiment overload: the phases, and the run over time. */
import type { OverloadFigures } from '../../overload/figures.js';
import type { RunRecord } from '../../record/run-record.js';
import { html, type Html } from '../../../shared/web/html.js';
import { overloadChart } from '../charts/overload-chart.js';
import {
  describeOverload,
  LATENCY_HEADER,
  MEMORY_HEADER,
  PHASES_HEADER,
  toLatencyRows,
  toMemoryRows,
  toPhaseRows,
} from '../overload-table.js';
import { pageHead } from './head.js';
import { outcomeSection } from './outcome.js';
import { htmlPage } from './page.js';
import { figureColumn, htmlTable, wordColumn } from './table.js';

/** The first column is a word, the others figures. */
const toTable = (
  caption: string,
  [first = '', ...others]: readonly string[],
  rows: readonly string[][],
): Html => htmlTable(caption, [...wordColumn(first), ...figureColumn(...others)], rows);

export function overloadPage(journal: RunRecord, figures: OverloadFigures): string {
  const { name, seed, verdict } = journal.result;
  return htmlPage(`${name}, seed ${seed}: ${verdict}`, [
    pageHead(journal),
    html`<main>${outcomeSection(journal, new Map())}
<section id="time"><h2>Over time</h2>${overloadChart(figures)}</section>
<section id="phases"><h2>Phases</h2>
${describeOverload(figures).map((sentence) => html`<p>${sentence}</p>`)}
${toTable('Requests', PHASES_HEADER, toPhaseRows(figures))}
${toTable('Latency, ms', LATENCY_HEADER, toLatencyRows(figures))}
${toTable('Memory in the second and in the last quarter of the overload', MEMORY_HEADER, toMemoryRows(figures))}
<p class="quiet">overload.json next to this page has all figures.</p></section></main>`,
  ]).toString();
}
