/**
 * Renders the page *Look back*: the overview as it was at a chosen moment, from a stored sample.
 * Works without JavaScript; times of the form are UTC.
 */
import { count, plain } from '../../shared/format.js';
import { html, type Content, type Html } from '../../shared/web/html.js';
import { search } from '../console/filters.js';
import { utcTime } from '../console/times.js';
import { spellDuration } from '../core/preview.js';
import type { Moment } from './documents.js';

const MINUTE_MS = 60_000;
const STEPS: readonly (readonly [label: string, ms: number])[] = [
  ['1 h earlier', -60 * MINUTE_MS],
  ['5 min earlier', -5 * MINUTE_MS],
  ['30 s earlier', -0.5 * MINUTE_MS],
  ['30 s later', 0.5 * MINUTE_MS],
  ['5 min later', 5 * MINUTE_MS],
  ['1 h later', 60 * MINUTE_MS],
];

const TONES: Readonly<Record<string, string>> = {
  alive: 'good',
  suspect: 'warn',
  down: 'bad',
  left: 'left',
};

const toAddress = (at: Date): string => `/look-back.html${search({ at: at.toISOString() })}`;

const form = (
  at: Date,
): Html => html`<form class="filter" method="get" action="/look-back.html" aria-label="The moment">
<label>Moment (UTC) <input type="datetime-local" name="at" step="1" value="${at.toISOString().slice(0, 19)}" required></label>
<button type="submit">Show</button> <a class="button" href="/">Now</a>
</form>
<p class="moments">${STEPS.map(([label, ms]) => html`<a class="button" href="${toAddress(new Date(at.getTime() + ms))}">${label}</a> `)}</p>`;

const orDash = (value: number | null): string => (value === null ? '–' : count(value));
const spellMs = (ms: number | null): string => (ms === null ? '–' : spellDuration(ms));

const fact = (name: string, value: Content): Html =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function spellGateway({ gatewayCalls, gatewayFailed }: Moment): string {
  if (gatewayCalls === null || gatewayFailed === null) return '–';
  return `${count(gatewayFailed)} of ${count(gatewayCalls)} a minute`;
}

const figures = (
  moment: Moment,
): Html => html`<section class="card" aria-labelledby="figures"><h2 id="figures">Payments</h2>
<dl class="numbers">
${fact('pending', orDash(moment.pending))}
${fact('failed in all', orDash(moment.failed))}
${fact('parcels waiting', orDash(moment.waiting))}
${fact('parcels with the leader', orDash(moment.active))}
${fact('completed a second', moment.committed === null ? '–' : plain(moment.committed))}
${fact('half final within', spellMs(moment.p50Ms))}
${fact('99 % final within', spellMs(moment.p99Ms))}
${fact('failed gateway calls', spellGateway(moment))}
</dl>
${moment.cause === null ? null : html`<p>The oldest pending payment waited: ${moment.cause}.</p>`}
</section>`;

const state = (word: string): Html =>
  html`<span class="state ${TONES[word] ?? 'none'}">${word}</span>`;

const engine = (isReached: boolean | null): Html => {
  if (isReached === null) return html`<span class="state none">not known</span>`;
  return isReached
    ? html`<span class="state good">reached</span>`
    : html`<span class="state bad">not reached</span>`;
};

const row = (name: string, kind: string, shown: Html, detail: string): Html =>
  html`<tr><th scope="row">${name}</th><td data-label="Kind">${kind}</td><td data-label="State">${shown}</td><td data-label="Detail">${detail}</td></tr>`;

function states({ leader, term, states: { replicas, monitors, patients, engines } }: Moment): Html {
  const ofReplicas = Object.entries(replicas).map(([id, { observed, admin, rate }]) => {
    const leads = id === leader ? `leads in term ${term}, ${plain(rate)} a second` : '';
    const detail = [leads, admin === 'ready' ? '' : admin].filter(Boolean).join(' · ');
    return row(id, 'replica', state(observed), detail);
  });
  const others = (all: Readonly<Record<string, string>>, kind: string): Html[] =>
    Object.entries(all).map(([id, observed]) => row(id, kind, state(observed), ''));
  return html`<section class="card" aria-labelledby="states"><h2 id="states">States</h2>
<div class="scroll" tabindex="0" role="region" aria-label="States"><table class="rows">
<thead><tr><th scope="col">Name</th><th scope="col">Kind</th><th scope="col">State</th><th scope="col">Detail</th></tr></thead>
<tbody>${ofReplicas}${others(patients, 'instance')}${others(monitors, 'monitor')}
${row('PostgreSQL', 'engine', engine(engines.postgres), '')}${row('Redis', 'engine', engine(engines.redis), '')}${row('Gateway', 'engine', engine(engines.gateway), '')}</tbody>
</table></div></section>`;
}

const NO_SAMPLE = html`<section class="card"><p class="soft">No monitor recorded a sample then: no monitor ran, PostgreSQL did not answer, or the samples of that time are not kept any more (90 days).</p></section>`;

const shown = (
  moment: Moment,
): Html => html`<section class="card" aria-labelledby="leader-then"><h2 id="leader-then">Led</h2>
<p class="name">${moment.leader ?? 'no leader'}</p>
<dl class="numbers">${fact('term', moment.term ?? '–')}</dl>
<p class="soft">A sample of ${spellDuration(moment.stepSec * 1_000)}, recorded by ${moment.monitor}, from ${utcTime(moment.at)}. In longer samples the counts are the highest of the sample, and the states are those at its end.</p>
<p><a href="/elections.html${search({ until: moment.at.slice(0, 10) })}">Elections until that day</a></p>
</section>
${figures(moment)}
${states(moment)}`;

/** @param moment null: there is no sample. */
export const lookBackPage = (
  at: Date,
  moment: Moment | null,
): Html => html`<h1>Look back: ${utcTime(at.toISOString())}</h1>
<section class="card">${form(at)}</section>
<div class="look-back">${moment === null ? NO_SAMPLE : shown(moment)}</div>`;
