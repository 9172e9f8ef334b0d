/**
 * Renders the pages of elections and the audit: filters in the address, rows, links to CSV and
 * JSON. They work without JavaScript. With JavaScript the elections are live: the script replaces
 * the content of `#found`.
 */
import { html, type Html } from '../../shared/web/html.js';
import { ELECTION_KINDS } from '../core/kinds.js';
import { spellDuration } from '../core/preview.js';
import { AUDIT_ACTIONS, search, type AuditQuery, type ElectionQuery } from './filters.js';
import {
  rowTable,
  selectField,
  textField,
  type RowCell,
  type RowTable,
  type Values,
} from './list-parts.js';
import { utcTime } from './times.js';
import type { Audit, AuditPage, Election, ElectionPage } from '../http/schemas.js';

const spellStep = (ms: number | null): string => (ms === null ? '–' : spellDuration(ms));

interface List extends RowTable {
  /** Address without its ending: `/elections`. */
  path: string;
  query: Values;
  next: string | null;
  fields: readonly Html[];
  /** Text above the list that shows whether it is live. */
  link?: Html;
  /** Explanation below the rows. */
  note?: Html;
  /** Whether a step in the rows is not complete yet. */
  awaits?: boolean;
}

/** The cursor belongs to a page, not to the filters. */
const withoutCursor = ({ cursor: _cursor, ...query }: Values): Values => query;

const list = (page: List): Html => {
  const { title, path, query, next, fields, rows, link = null, note = null, awaits = false } = page;
  return html`${link}<section class="card">
<h1>${title}</h1>
<form class="filter" method="get" action="${path}.html" aria-label="What is shown">
${fields}${textField(query, 'text', 'Reason has')}${textField(query, 'from', 'From day (UTC)', 'date')}${textField(query, 'until', 'Until day (UTC)', 'date')}
<button type="submit">Show</button> <a class="button" href="${path}.html">All</a>
<span class="save">Save: <a href="${path}.csv${search(query)}">CSV</a> <a href="${path}${search(query)}">JSON</a></span>
</form>
<div id="found" data-awaits="${awaits ? 'yes' : 'no'}">
${rows.length === 0 ? html`<p class="soft">Nothing matches.</p>` : rowTable(page)}
${next === null ? null : html`<p><a class="button" href="${path}.html${search(withoutCursor(query), { cursor: next })}">Older</a></p>`}
</div>
${note}</section>`;
};

const LIVE = html`<p class="link" id="link" role="status" hidden></p>
<p class="hidden" id="announcer" role="log" aria-live="polite"></p>
`;

/** The payments that were accepted before the new leader had taken over, and that it finished. */
const waitedPayments = (term: number, before: string): Html =>
  html`<a href="/payments${search({ term, to: before })}">payments that waited</a>`;

/** Idle time until the next payment arrives is not shown as a duration of the hand-over. */
function firstPayment(
  term: number,
  waited: boolean | null,
  ms: number | null,
  before: string,
): RowCell {
  if (waited === null) return '–';
  return waited ? html`${spellStep(ms)} ${waitedPayments(term, before)}` : 'none waited';
}

const electionCells = ({
  term,
  leader,
  previousLeader,
  kind,
  reason,
  monitor,
  electedAt,
  reclaimedAt,
  steps: took,
  leaderlessMs,
  paymentsWaited,
}: Election): RowCell[] => [
  term,
  html`<strong>${leader}</strong>`,
  previousLeader ?? '–',
  html`<span class="state ${kind === 'planned' || kind === 'first' ? 'good' : 'warn'}">${kind}</span>`,
  html`<span class="why">${reason}</span>`,
  monitor,
  utcTime(electedAt),
  html`<strong>${spellStep(leaderlessMs)}</strong>`,
  ...[took.detectMs, took.voteMs, took.promoteMs, took.reclaimMs].map(spellStep),
  firstPayment(term, paymentsWaited, took.firstCommitMs, reclaimedAt ?? electedAt),
];

const COLUMNS = html`<details class="columns"><summary>What the columns mean</summary>
<dl>
<div><dt>No leader</dt><dd>The time without a leader, the sum of the next four columns: from the last report of the former leader until the new leader processes payments. Without a suspicion it begins with the request of the operator. The time before the first leader of all is not counted.</dd></div>
<div><dt>Detect</dt><dd>From the last report of the former leader to its suspicion, for the monitor that carried out the election.</dd></div>
<div><dt>Vote</dt><dd>From the suspicion, or from the request of an operator, to the election. A planned hand-over includes the payments that the former leader finishes.</dd></div>
<div><dt>Told</dt><dd>Until the new leader has learned that it leads.</dd></div>
<div><dt>Took over</dt><dd>Until the new leader has begun the payments of the former leader.</dd></div>
<div><dt>First payment</dt><dd>Not part of the time without a leader: until the first waiting payment is final, with the duration of its call to the gateway. <em>none waited</em>: no payment was accepted before the take-over, so the time until the first payment is idle time.</dd></div>
</dl></details>`;

interface Members {
  replicas: readonly string[];
  monitors: readonly string[];
}

export const electionsPage = (
  query: ElectionQuery,
  { elections, next }: ElectionPage,
  { replicas, monitors }: Members,
): Html =>
  list({
    title: 'Elections',
    path: '/elections',
    query,
    next,
    link: LIVE,
    fields: [
      selectField(query, 'replica', 'Replica', replicas),
      selectField(query, 'kind', 'Kind', ELECTION_KINDS),
      selectField(query, 'monitor', 'Monitor', monitors),
    ],
    heads: [
      { number: 'Term' },
      'Leader',
      'From',
      'Kind',
      'Why',
      'By',
      'Elected',
      { number: 'No leader' },
      { number: 'Detect' },
      { number: 'Vote' },
      { number: 'Told' },
      { number: 'Took over' },
      { number: 'First payment' },
    ],
    note: COLUMNS,
    rows: elections.map(electionCells),
    marks: elections.map(({ term, leader }) => html` data-term="${term}" data-leader="${leader}"`),
    awaits: elections[0] !== undefined && elections[0].steps.firstCommitMs === null,
  });

const auditCells = ({ at, actor, action, target, reason, outcome }: Audit): RowCell[] => [
  utcTime(at),
  actor,
  action,
  target,
  html`<span class="why">${reason}</span>`,
  html`<span class="why">${outcome}</span>`,
];

export const auditListPage = (query: AuditQuery, { rows, next }: AuditPage): Html =>
  list({
    title: 'Audit',
    path: '/audit',
    query,
    next,
    fields: [
      textField(query, 'actor', 'Who'),
      selectField(query, 'action', 'Action', AUDIT_ACTIONS),
      textField(query, 'target', 'Target'),
    ],
    heads: ['When', 'Who', 'Action', 'Target', 'Reason', 'Outcome'],
    rows: rows.map(auditCells),
  });
