/** Renders the page of the processes that have a log, and the pages without a log. */
import type { ProcessList } from '../../shared/contracts/process-logs.js';
import { html, type Html } from '../../shared/web/html.js';

const processLinks = ({ processes }: ProcessList): Html =>
  processes.length === 0
    ? html`<p class="soft">The supervisor has started no process yet.</p>`
    : html`<ul class="processes">${processes.map(({ name, kind }) => html`<li><a href="/logs/${name}">${name}</a> <small>${kind}</small></li>`)}</ul>`;

export const logListPage = (list: ProcessList): Html => html`<section class="card">
<h1>Logs</h1>
<p class="soft">The processes that <code>npm start</code> runs on this machine.</p>
${processLinks(list)}
</section>`;

export const noProcessPage = (
  process: string,
  list: ProcessList,
): Html => html`<section class="card">
<h1>There is no such log</h1>
<p class="problem" role="alert">This system has no process <code>${process}</code>.</p>
${processLinks(list)}
</section>`;

/** A container and a pod are called `server-1`, the process `server_1`. */
const toContainer = (process: string | null): string =>
  (process ?? 'server_1').replaceAll('_', '-');

/** The demo of Kubernetes counts the pods of a set from 0. */
export const noSupervisorPage = (process: string | null): Html => html`<section class="card">
<h1>Logs</h1>
<p class="problem" role="alert">This monitor cannot read logs, because it has no supervisor.</p>
<p>The console shows logs only when <code>npm start</code> runs the system. The platform shows them otherwise:</p>
<dl class="commands">
<div><dt>Kubernetes</dt><dd><code>kubectl -n relevo get pods</code> lists the pods; <code>kubectl -n relevo logs --follow --tail=200 POD</code></dd></div>
<div><dt>Docker Compose</dt><dd><code>docker compose logs --follow --tail=200 ${toContainer(process)}</code></dd></div>
<div><dt>On the machine of the processes</dt><dd><code>npx relevo logs ${process ?? 'server_1'} --follow</code></dd></div>
</dl>
</section>`;
