/** The page of the queue: its parcels, each with links to its payments. */
import { count, pluralize } from '../../../shared/format.js';
import { PARCEL_MAX } from '../../../shared/queue/queue.js';
import { html, type Html } from '../../../shared/web/html.js';
import type { ListedParcel, ParcelList } from '../parcels.js';
import { paymentLink, showTime } from './parts.js';

/** Links to payments that a row shows; the others are folded. */
const LINKS = 3;

function payments({ paymentIds }: ListedParcel): Html {
  if (paymentIds.length === 0)
    return html`<span class="state bad">no valid parcel; the leader drops it</span>`;
  const links = (ids: readonly string[]): Html[] => ids.map((id) => html`${paymentLink(id)} `);
  const rest = paymentIds.slice(LINKS);
  return html`${links(paymentIds.slice(0, LINKS))}${
    rest.length === 0
      ? null
      : html`<details><summary>${count(rest.length)} more</summary>${links(rest)}</details>`
  }`;
}

const row = (parcel: ListedParcel): Html => html`<tr>
<td data-label="State"><span class="state ${parcel.state === 'active' ? 'good' : 'warn'}">${parcel.state === 'active' ? 'with the leader' : 'waiting'}</span></td>
<td data-label="Added">${showTime(parcel.addedAt)}</td>
<td data-label="Fetched">${showTime(parcel.startedAt)}</td>
<td data-label="Payments" class="n">${count(parcel.paymentIds.length)}</td>
<td data-label="Ids" class="why">${payments(parcel)}</td>
<td data-label="From">${parcel.relayed ? 'the leader, from the database' : 'an instance of patients'}</td>
<td data-label="Job"><code>${parcel.id}</code></td>
</tr>`;

const table = (parcels: readonly ListedParcel[]): Html => html`<table class="payments rows">
<thead><tr><th scope="col">State</th><th scope="col">Added</th><th scope="col">Fetched</th><th scope="col" class="n">Payments</th>
<th scope="col">Ids</th><th scope="col">From</th><th scope="col">Job</th></tr></thead>
<tbody>${parcels.map(row)}</tbody></table>`;

export const parcelsPage = ({ waiting, active, parcels }: ParcelList): Html => html`<h1>Queue</h1>
<p>A parcel is one job of the queue: the ids of up to ${PARCEL_MAX} payments that the leader processes together. The queue only
delivers; the <a href="/payments?status=PENDING">pending payments</a> are in the database.</p>
<section class="card" id="live" aria-labelledby="parcels">
<div class="bar"><h2 id="parcels">${pluralize(waiting, 'parcel')} waiting, ${count(active)} with the leader</h2>
<p class="downloads"><a href="/queues.json">JSON</a></p></div>
${parcels.length === 0 ? html`<p class="soft">No parcel is in the queue.</p>` : table(parcels)}
${waiting + active > parcels.length ? html`<p class="soft">The first ${count(parcels.length)} are shown.</p>` : null}
</section>`;

export const queueAwayPage: Html = html`<section class="card narrow"><h1>The queue cannot be read</h1>
<p class="problem" role="alert">Redis does not answer.</p>
<p>Payments continue: the leader takes them from the database, more slowly. Nothing is lost; this page works again when Redis is back.</p>
<p class="actions"><a class="button" href="/queues">Try again</a> <a class="button" href="/payments?status=PENDING">Pending payments</a></p></section>`;
