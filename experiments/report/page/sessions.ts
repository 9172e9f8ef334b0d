/**
 * The page of the experiment sessions: a heat map of the matrix, and for each cell the stories of
 * the flows that were lost, step by step, with the events of the fault.
 */
import { count, duration, milliseconds, pluralize } from '../../../shared/format.js';
import { html, type Content, type Html } from '../../../shared/web/html.js';
import type { RunRecord } from '../../record/run-record.js';
import {
  hasLostSession,
  isCompleted,
  isLost,
  type CellFigures,
  type FlowRecord,
  type SessionsFigures,
} from '../../sessions/figures.js';
import { FAULT_TITLES, nameCell } from '../../sessions/matrix.js';
import { flowEvents } from '../facts/flow-events.js';
import { describeFlows, isOfRow } from '../sessions-table.js';
import { pageHead } from './head.js';
import { outcomeSection } from './outcome.js';
import { htmlPage } from './page.js';

/** Stories of a cell on the page; sessions.json has the others. */
const MOST_STORIES = 8;
/** Shades of the heat map, by the largest share of lost flows. */
const SHADES = [0, 0.05, 0.25, 0.6] as const;

const toAnchor = ({ engine, affinity, store, fault }: CellFigures): string =>
  `cell-${engine}-${affinity}-${store}-${fault}`;

const toShade = ({ lostFlows, flows }: CellFigures): number => {
  const found = SHADES.findIndex((most) => lostFlows / flows <= most);
  return found < 0 ? SHADES.length : found;
};

const showWait = (ms: number | null): string => (ms === null ? '–' : `+${duration(ms)}`);

function heatCell(cell: CellFigures): Html {
  const twice = cell.paidTwice.length;
  return html`<td class="heat heat-${toShade(cell)}"><a href="#${toAnchor(cell)}"><b>${count(cell.lostFlows)}</b>
<small>${count(cell.failedRequests)} failed<br>${showWait(cell.longestExtraMs)}${twice > 0 && html`<br><strong>${count(twice)} paid twice</strong>`}</small></a></td>`;
}

function heatMap({ matrix, cells }: SessionsFigures): Html {
  const rows = matrix.rows.map(
    (row) =>
      html`<tr><th scope="row">${row.engine}</th><td>${row.affinity}</td><td>${row.store}</td>${cells.filter(isOfRow(row)).map(heatCell)}</tr>\n`,
  );
  return html`<div class="scroll" tabindex="0"><table class="heatmap">
<caption>Flows lost, of ${count(cells[0]?.flows ?? 0)} in each cell; below: failed requests, and the longest extra wait</caption>
<thead><tr>${['balancer', 'affinity', 'store', ...matrix.faults.map((fault) => FAULT_TITLES[fault])].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function eventLine(
  { atMs, by, what }: ReturnType<typeof flowEvents>[number],
  spanMs: number,
): Html {
  const place = ((Math.max(0, atMs) / spanMs) * 100).toFixed(1);
  const sign = atMs < 0 ? '−' : '+';
  return html`<li class="by-${by}"><span class="at">${sign}${milliseconds(Math.abs(atMs))} ms</span><span class="track" aria-hidden="true"><i style="left:${place}%"></i></span><span class="by">${by}</span><span class="what">${what}</span></li>`;
}

const describeEnd = (flow: FlowRecord): string =>
  isCompleted(flow) && hasLostSession(flow) ? 'session lost, completed' : flow.end;

function storyFold(flow: FlowRecord, cell: CellFigures): Html {
  const events = flowEvents(flow, cell.events);
  const spanMs = Math.max(1, events.at(-1)?.atMs ?? 1);
  return html`<details class="story"><summary><span class="fate ${isLost(flow) ? 'bad' : 'good'}">${describeEnd(flow)}</span> patient ${flow.patient}
<span class="n">${duration(flow.busyMs)}</span></summary>
<div class="told"><ol class="events">${events.map((event) => eventLine(event, spanMs))}</ol></div></details>\n`;
}

function cellFold(cell: CellFigures): Html {
  const { stories, lostFlows } = cell;
  const untold = stories.length - MOST_STORIES;
  const opening: Content =
    lostFlows === 0
      ? 'No flow was lost; this was the slowest one.'
      : `${pluralize(lostFlows, 'flow')} lost: first those without an exit pass, the slowest first.`;
  return html`<details class="fold"><summary>${nameCell(cell)} <span class="quiet">${count(lostFlows)} lost</span></summary>
<div id="${toAnchor(cell)}" tabindex="-1"><p>${count(cell.completed)} of ${count(cell.flows)} flows completed, ${count(cell.underFault)} ended after the fault began, ${pluralize(cell.lostSessions, 'session')} lost,
${count(cell.failedRequests)} of ${count(cell.requests)} requests failed, ${count(cell.paidTwice.length)} paid twice, longest extra wait ${showWait(cell.longestExtraMs)}.</p>
<p>${opening} Times are relative to the start of the flow.</p>
${stories.slice(0, MOST_STORIES).map((flow) => storyFold(flow, cell))}
${untold > 0 && html`<p class="quiet">${count(untold)} more are in sessions.json.</p>`}</div></details>\n`;
}

export function sessionsPage(journal: RunRecord, figures: SessionsFigures): string {
  const { name, seed, verdict } = journal.result;
  return htmlPage(`${name}, seed ${seed}: ${verdict}`, [
    pageHead(journal),
    html`<main><section id="matrix"><h2>Matrix</h2>
${heatMap(figures)}
<p class="quiet">${describeFlows(figures)} Each cell links to its stories.</p></section>
${outcomeSection(journal, new Map())}
<section id="stories"><h2>Stories</h2>
${figures.cells.map(cellFold)}</section></main>`,
  ]).toString();
}
