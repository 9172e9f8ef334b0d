/** Renders the page of the alerts: those that fire, with their first action, and the history. */
import type { AlertDocument, AlertPage } from '../../shared/contracts/alerts.js';
import { duration } from '../../shared/format.js';
import { html, type Html } from '../../shared/web/html.js';
import { utcTime } from '../console/times.js';

const TONES: Readonly<Record<AlertDocument['severity'], string>> = {
  critical: 'bad',
  warning: 'warn',
  info: 'none',
};

const mark = ({ severity }: AlertDocument): Html =>
  html`<span class="state ${TONES[severity]}">${severity}</span>`;

const describe = ({ text, rule }: AlertDocument): Html =>
  html`<span class="why"><strong>${text}</strong></span> <small>${rule}</small>`;

const spell = (from: string, until: string): string =>
  duration(Math.max(0, Date.parse(until) - Date.parse(from)));

const acknowledgeForm = ({ id, text }: AlertDocument, csrf: string): Html =>
  html`<form class="acknowledge" method="post" action="/alerts/${id}/acknowledge">
<input type="hidden" name="csrf" value="${csrf}">
<input name="reason" required maxlength="500" autocomplete="off" placeholder="Reason" aria-label="Reason for acknowledging: ${text}">
<button type="submit">Acknowledge</button></form>`;

function showAcknowledgement(
  alert: AlertDocument,
  csrf: string | null,
  isRecorded: boolean,
): Html | string {
  if (alert.acknowledgedAt !== null)
    return html`${utcTime(alert.acknowledgedAt)}: <span class="why">${alert.acknowledgedReason}</span>`;
  if (csrf === null) return '–';
  return isRecorded ? acknowledgeForm(alert, csrf) : 'when PostgreSQL answers';
}

const openRow = (alert: AlertDocument, page: AlertPage, csrf: string | null): Html => html`<tr>
<td data-label="Severity">${mark(alert)}</td>
<td data-label="Alert">${describe(alert)}</td>
<td data-label="Since">${utcTime(alert.firedAt)} <small>${spell(alert.firedAt, page.at)}</small></td>
<td data-label="First action"><span class="why">${alert.action}</span> <small>Runbook: docs/runbook.md#${alert.rule.toLowerCase()}</small></td>
<td data-label="Acknowledged">${showAcknowledgement(alert, csrf, page.isRecorded)}</td>
</tr>`;

const pastRow = (alert: AlertDocument): Html => html`<tr>
<td data-label="Severity">${mark(alert)}</td>
<td data-label="Alert">${describe(alert)}</td>
<td data-label="Fired">${utcTime(alert.firedAt)}</td>
<td data-label="Lasted">${alert.clearedAt === null ? '–' : spell(alert.firedAt, alert.clearedAt)}</td>
<td data-label="Acknowledged">${alert.acknowledgedReason ?? '–'}</td>
</tr>`;

const table = (
  title: string,
  heads: readonly string[],
  rows: readonly Html[],
): Html => html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="rows">
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;

const OPEN_HEADS = ['Severity', 'Alert', 'Since', 'First action', 'Acknowledged'];
const PAST_HEADS = ['Severity', 'Alert', 'Fired', 'Lasted', 'Acknowledged'];

/** @param csrf of the session. Null: there is no session. */
export const alertsPage = (page: AlertPage, csrf: string | null): Html => html`<h1>Alerts</h1>
<div id="found" class="alerts">
${page.isRecorded ? null : html`<p class="problem" role="alert">PostgreSQL does not answer: the alerts below are those that this monitor sees, and the history is missing.</p>`}
<section class="card" aria-labelledby="open-title"><h2 id="open-title">Firing now</h2>
${
  page.open.length === 0
    ? html`<p class="soft">No alert fires.</p>`
    : table(
        'Firing now',
        OPEN_HEADS,
        page.open.map((alert) => openRow(alert, page, csrf)),
      )
}
${csrf === null && page.open.length > 0 ? html`<p class="soft"><a href="/session?next=%2Falerts.html">Sign in</a> to acknowledge an alert.</p>` : null}
</section>
<section class="card" aria-labelledby="past-title"><h2 id="past-title">History</h2>
${page.history.length === 0 ? html`<p class="soft">No alert has cleared yet.</p>` : table('History', PAST_HEADS, page.history.map(pastRow))}
${page.next === null ? null : html`<p><a class="button" rel="next" href="/alerts.html?cursor=${page.next}">Older</a></p>`}
</section>
</div>`;
