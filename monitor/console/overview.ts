/**
 * Renders the overview page: leadership, topology, replicas, charts, elections, events. The scripts
 * fill its empty elements.
 */
import { ADMIN_STATES } from '../../shared/contracts/leadership.js';
import { html, type Html } from '../../shared/web/html.js';
import { OBSERVED } from '../../shared/contracts/status.js';
import { PARCEL_MAX } from '../../shared/queue/parcel.js';
import { deedDialog, legend, restartSection } from './overview-parts.js';
import type { Session } from './session.js';

const NEXT = encodeURIComponent('/');

const leader = (
  session: Session | null,
): Html => html`<section class="leader" aria-labelledby="leader-title">
<h2 id="leader-title">Leader</h2>
<p class="name" id="leader">–</p>
<dl>
<div><dt>Term</dt><dd id="term">–</dd></div>
<div><dt>Since</dt><dd id="since">–</dd></div>
<div><dt>Why</dt><dd id="reason">–</dd></div>
<div><dt>Next</dt><dd id="candidates">–</dd></div>
</dl>
<p class="decision" id="decision"></p>
<p class="scheduled" id="scheduled" hidden></p>
${
  session === null
    ? html`<p class="soft"><a href="/session?next=${NEXT}">Sign in</a> to hand over, drain and read the audit.</p>`
    : html`<p><button type="button" class="primary" id="handover">Hand over …</button> <button type="button" id="schedule">Schedule a hand-over …</button></p>`
}
</section>`;

const payments = (session: Session | null): Html => html`<section aria-labelledby="queue-title">
<h2 id="queue-title">Payments</h2>
<p>New payments: <span id="acceptance" class="state none">–</span></p>
${session && html`<p><button type="button" id="accepting" disabled>Stop payments …</button></p>`}
<dl class="numbers">
<div><dt><a href="/payments?status=PENDING">pending</a></dt><dd id="pending">–</dd></div>
<div><dt><a href="/failed">failed in all</a></dt><dd id="failed">–</dd></div>
<div><dt><a href="/queues">parcels waiting</a></dt><dd id="waiting">–</dd></div>
<div><dt>parcels with the leader</dt><dd id="active">–</dd></div>
<div><dt>completed a second</dt><dd data-now="committed">–</dd></div>
<div><dt title="99 % of the payments were final within this time">p99 latency</dt><dd data-now="p99">–</dd></div>
</dl>
<p class="soft">A <dfn>parcel</dfn> is one job of the queue: the ids of up to ${PARCEL_MAX} payments that the leader processes together.</p>
<p class="waiting" id="waiting-cause" hidden></p>
</section>`;

/** @param does its data flows as text, because screen readers and phones have no arrows. */
const lane = (name: string, title: string, does: string, hidden = false): Html =>
  html`<div class="lane lane-${name}"${hidden ? html` hidden` : null}><h3>${title}</h3><p class="does">${does}</p><ul data-lane="${name}"></ul></div>`;

const topology = html`<section class="wide" aria-labelledby="topology-title">
<h2 id="topology-title">Topology</h2>
<div class="topology" id="topology">
${lane('balancer', 'Clients', 'reach the instances through the load balancer', true)}
${lane('patients', 'Patients', 'accept payments: write rows to the database and ids to the queue')}
${lane('queue', 'Queue', 'delivers the ids to the leader')}
${lane('replicas', 'Replicas', 'the leader fetches from the queue and commits to the database')}
${lane('database', 'Database', 'stores every payment and the leadership')}
${lane('monitors', 'Monitors', 'watch the replicas and elect the leader')}
${lane('gateway', 'Gateway', 'charges the payments that the leader sends')}
<svg class="arrows" aria-hidden="true"></svg>
</div>
${lane('rounds', 'Measurements', 'agree on the latency of a payment, once per round', true)}
</section>`;

const choice = (
  name: string,
  label: string,
  options: readonly (readonly [string, string])[],
): Html =>
  html`<label>${label} <select name="${name}">${options.map(([value, text]) => html`<option value="${value}">${text}</option>`)}</select></label>`;

const states = (names: readonly string[]): (readonly [string, string])[] => [
  ['', 'all'],
  ...names.map((name): [string, string] => [name, name]),
];

const filter = html`<form id="filter" class="filter" aria-label="What is shown">
${choice('admin', 'Administrative', states(ADMIN_STATES))}
${choice('observed', 'Observed', states(OBSERVED))}
${choice('minutes', 'Charts', [
  ['5', 'last 5 minutes'],
  ['15', 'last 15 minutes'],
  ['60', 'last hour'],
  ['1440', 'last 24 hours'],
  ['range', 'a chosen period'],
])}
<span class="save">Save: <a href="/replicas.csv" data-narrowed="/replicas.csv">CSV</a> <a href="/replicas" data-narrowed="/replicas">JSON</a></span>
</form>`;

/** Shown only behind a load balancer. */
const instances = (
  session: Session | null,
): Html => html`<section class="wide" id="instances-section" aria-labelledby="instances-title" hidden>
<h2 id="instances-title">Instances</h2>
<table class="replicas">
<thead><tr><th scope="col">Instance</th><th scope="col">Administrative</th><th scope="col">Reason</th><th scope="col">Observed</th>${session && html`<th scope="col">Actions</th>`}</tr></thead>
<tbody id="instances"></tbody>
</table>
</section>`;

const replicas = (
  session: Session | null,
): Html => html`<section class="wide" aria-labelledby="replicas-title">
<h2 id="replicas-title">Replicas</h2>
${filter}
<table class="replicas">
<thead><tr><th scope="col">Replica</th><th scope="col">Administrative</th><th scope="col">Observed</th><th scope="col">Ping</th><th scope="col">Term</th><th scope="col">Payments/s</th><th scope="col">In flight</th><th scope="col">Reaches</th><th scope="col">Last error</th>${session && html`<th scope="col">Actions</th>`}</tr></thead>
<tbody id="replicas"></tbody>
</table>
<p id="no-replicas" class="soft" hidden>No replica is in these states.</p>
${legend}
</section>`;

const chart = (
  id: string,
  title: string,
  keys: readonly (readonly [string, string, string])[],
): Html => html`<figure class="chart">
<figcaption><strong>${title}</strong> ${keys.map(([name, label, line]) => html`<span class="key"><span class="line ${line}" aria-hidden="true"></span>${label} <b data-now="${name}">–</b></span> `)}</figcaption>
<div id="chart-${id}"></div>
</figure>`;

const plots = html`<section class="wide" aria-labelledby="charts-title">
<h2 id="charts-title">Over time <a class="all" href="/look-back.html">look back</a></h2>
<form id="period" class="filter" aria-label="Period of the charts" hidden>
<label>From <input type="datetime-local" id="period-from" step="1" required></label>
<label>To <input type="datetime-local" id="period-to" step="1" required></label>
<button type="submit">Show</button> <span id="period-problem" role="alert"></span>
</form>
<p class="soft">A click on a chart shows the system as it was then.</p>
<div class="charts" id="charts">
${chart('rate', 'Completed', [['committed', 'payments per second', 'solid']])}
${chart('latency', 'Latency, acceptance to outcome', [
  ['p50', 'median', 'solid'],
  ['p99', 'p99', 'dashed'],
])}
${chart('depth', 'Waiting work', [
  ['pending', 'payments pending', 'solid'],
  ['waiting', 'parcels waiting', 'dashed'],
])}
</div>
</section>`;

const history = (session: Session | null): Html => html`<section aria-labelledby="elections-title">
<h2 id="elections-title">Elections <a class="all" href="/elections.html">all</a></h2>
<ol class="timeline" id="elections"></ol>
</section>
<div class="column">
<section aria-labelledby="news-title">
<h2 id="news-title">News</h2>
<ol class="news" id="news" tabindex="0" aria-label="News"><li class="empty">Nothing happened since this page was opened.</li></ol>
</section>
${
  session &&
  html`<section aria-labelledby="audit-title">
<h2 id="audit-title">Operator actions <a class="all" href="/audit.html">all</a></h2>
<ol class="news" id="audit" tabindex="0" aria-label="Operator actions"></ol>
</section>`
}
</div>`;

/** @param canRestart whether a supervisor performs rolling restarts. */
export const overview = (
  session: Session | null,
  canRestart: boolean,
): Html => html`<h1 class="hidden">Overview</h1>
<p class="link" id="link" role="status">connecting …</p>
<p class="hidden" id="announcer" role="log" aria-live="assertive"></p>
<div class="banner" id="banner" role="status" tabindex="-1" hidden></div>
<noscript><p class="problem">This page needs JavaScript; <a href="/status">/status</a> and <a href="/elections.html">the elections</a> do not.</p></noscript>
<div class="grid">
${leader(session)}
${payments(session)}
${topology}
${instances(session)}
${replicas(session)}
${session && canRestart ? restartSection : null}
${plots}
${history(session)}
</div>
${session && deedDialog}`;
