/** Elections and the audit as pages: filters in the address, rows, the same as CSV and JSON. Made here, so they need no JavaScript. */
import { html, type Html } from '../../shared/web/html.js';
import { ELECTION_KINDS } from '../core/kinds.js';
import { duration } from '../core/preview.js';
import { AUDIT_ACTIONS, search, type AuditQuery, type ElectionQuery } from '../http/filters.js';
import type { Audit, AuditPage, Election, ElectionPage } from '../http/schemas.js';

/** In UTC; the page's script writes it in the reader's zone. */
const moment = (iso: string | null): Html =>
  iso === null ? html`–` : html`<time datetime="${iso}" title="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;

const steps = (ms: number | null): string => (ms === null ? '–' : duration(ms));

type Values = Readonly<Record<string, unknown>>;
const given = (values: Values, name: string): string => {
  const value = values[name];
  return typeof value === 'string' ? value : '';
};

const textField = (values: Values, name: string, label: string, type = 'search'): Html =>
  html`<label>${label} <input type="${type}" name="${name}" value="${given(values, name)}" maxlength="200"></label>`;

const selectField = (values: Values, name: string, label: string, options: readonly string[]): Html =>
  html`<label>${label} <select name="${name}">${['', ...options].map((option) =>
    html`<option value="${option}"${option === given(values, name) ? html` selected` : null}>${option || 'all'}</option>`)}</select></label>`;

interface List {
  title: string;
  /** Address without its ending: `/elections`. */
  path: string;
  query: Values;
  next: string | null;
  fields: readonly Html[];
  heads: readonly string[];
  rows: readonly Html[];
}

/** The cursor belongs to a page, not to what is shown. */
const withoutCursor = ({ cursor: _cursor, ...query }: Values): Values => query;

const list = ({ title, path, query, next, fields, heads, rows }: List): Html => html`<section class="card">
<h1>${title}</h1>
<form class="filter" method="get" action="${path}.html" aria-label="What is shown">
${fields}${textField(query, 'text', 'Reason has')}${textField(query, 'from', 'From day (UTC)', 'date')}${textField(query, 'until', 'Until day (UTC)', 'date')}
<button type="submit">Show</button> <a class="button" href="${path}.html">All</a>
<span class="save">Save: <a href="${path}.csv${search(query)}">CSV</a> <a href="${path}${search(query)}">JSON</a></span>
</form>
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table></div>
${rows.length === 0 ? html`<p class="soft">Nothing matches.</p>` : null}
${next === null ? null : html`<p><a class="button" href="${path}.html${search(withoutCursor(query), { cursor: next })}">Older</a></p>`}
</section>`;

const electionRow = ({ term, leader, previousLeader, kind, reason, monitor, electedAt, steps: took }: Election): Html => html`<tr>
<td class="n">${term}</td><td><strong>${leader}</strong></td><td>${previousLeader ?? '–'}</td>
<td><span class="state ${kind === 'planned' || kind === 'first' ? 'good' : 'warn'}">${kind}</span></td><td class="why">${reason}</td><td>${monitor}</td>
<td>${moment(electedAt)}</td><td class="n">${steps(took.voteMs)}</td><td class="n">${steps(took.promoteMs)}</td><td class="n">${steps(took.reclaimMs)}</td><td class="n">${steps(took.firstCommitMs)}</td>
</tr>`;

interface Members {
  replicas: readonly string[];
  monitors: readonly string[];
}

export const electionsPage = (query: ElectionQuery, { elections, next }: ElectionPage, { replicas, monitors }: Members): Html =>
  list({
    title: 'Elections', path: '/elections', query, next,
    fields: [
      selectField(query, 'replica', 'Replica', replicas), selectField(query, 'kind', 'Kind', ELECTION_KINDS), selectField(query, 'monitor', 'Monitor', monitors),
    ],
    heads: ['Term', 'Leader', 'From', 'Kind', 'Why', 'By', 'Elected', 'Vote', 'Told', 'Took over', 'First payment'],
    rows: elections.map(electionRow),
  });

const auditRow = ({ at, actor, action, target, reason, outcome }: Audit): Html => html`<tr>
<td>${moment(at)}</td><td>${actor}</td><td>${action}</td><td>${target}</td><td class="why">${reason}</td><td class="why">${outcome}</td>
</tr>`;

export const auditListPage = (query: AuditQuery, { rows, next }: AuditPage): Html =>
  list({
    title: 'Audit', path: '/audit', query, next,
    fields: [textField(query, 'actor', 'Who'), selectField(query, 'action', 'Action', AUDIT_ACTIONS), textField(query, 'target', 'Target')],
    heads: ['When', 'Who', 'Action', 'Target', 'Reason', 'Outcome'],
    rows: rows.map(auditRow),
  });
