/** The page of a payment's story: its data and its events, oldest first. */
import { html, type Content, type Html } from '../../../shared/web/html.js';
import { toAddress } from '../filters.js';
import type { BillLine } from '../patient-bill.js';
import { listActions } from '../payment-actions.js';
import { canRetry } from '../redrive-preview.js';
import type { LedgerEntry, StoryFacts } from '../payment-story.js';
import { ACTION_NAMES } from './action-page.js';
import { didSurviveHandover, timeline, type Entry } from '../timeline.js';
import { amountText, showTime, paymentLink, statusMark } from './parts.js';

const fact = (name: string, value: Content): Html =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function batch({ batchId, batchIndex, batchSent }: StoryFacts): Html | string {
  if (batchId === null) return 'none';
  return html`<a href="${toAddress('/payments', { batchId })}"><code>…${batchId.slice(-12)}</code></a> ${batchIndex === null ? '' : `number ${batchIndex + 1} of ${batchSent ?? '?'}`}`;
}

function facts(story: StoryFacts): Html {
  const {
    patientId,
    fullName,
    document,
    amountMinor,
    currency,
    concept,
    status,
    processedBy,
    term,
    attempts,
    seq,
    kind,
    of,
  } = story;
  return html`<section class="card" aria-labelledby="facts"><h2 id="facts">Payment</h2><dl class="facts">
${fact('Status', statusMark(status))}
${fact('Kind', of === null ? kind : html`${kind} of ${paymentLink(of)}`)}
${fact('Amount', html`<strong>${amountText(amountMinor, currency)}</strong>`)}
${fact('Patient', html`<a href="${toAddress('/payments', { patientId })}">${fullName}</a>, document ${document}`)}
${concept === null ? null : fact('Concept', concept)}
${fact('Batch', batch(story))}
${fact('Processed by', processedBy === null ? 'nobody yet' : html`<a href="${toAddress('/payments', { processedBy, term })}">${processedBy}, term ${term}</a>`)}
${fact('Attempts', attempts)}
${fact('Order of acceptance', `number ${seq}`)}
${didSurviveHandover(story) ? fact('Hand-over', 'It was accepted under one leader and finished by another.') : null}
</dl></section>`;
}

function billLine(line: BillLine): Html {
  const { currency, chargedMinor, paidMinor, pendingMinor, dueMinor, creditMinor } = line;
  const amount = (minor: number): string => amountText(minor, currency);
  return html`<dl class="balance">
${fact('Charged', amount(chargedMinor))}
${fact('Paid', amount(paidMinor))}
${pendingMinor > 0 ? fact('Pending', amount(pendingMinor)) : null}
${fact('Due', html`<strong>${amount(dueMinor)}</strong>`)}
${creditMinor > 0 ? fact('Credit', html`<strong>${amount(creditMinor)}</strong>, paid beyond the charges`) : null}
</dl>`;
}

const bill = ({ bill: lines }: StoryFacts): Html | null =>
  lines.length === 0
    ? null
    : html`<section class="card" aria-labelledby="bill"><h2 id="bill">Bill of the patient</h2>${lines.map(billLine)}</section>`;

/** The button of each possible action leads to its preview. */
function actions(story: StoryFacts, canAct: boolean): Html | null {
  const possible = canAct ? listActions(story) : [];
  if (possible.length === 0) return null;
  return html`<p class="actions">${possible.map(
    ({ action }) =>
      html`<a class="button" href="/payments/${story.id}/actions/${action}">${ACTION_NAMES[action]} …</a> `,
  )}</p>`;
}

function ledger({ ledger: entries, currency }: StoryFacts): Html | null {
  if (entries.length === 0) return null;
  const row = ({ at, operation, kind, account, amountMinor }: LedgerEntry): Html => html`<tr>
<td data-label="Posted">${showTime(at)}</td>
<td data-label="Operation">${kind} ${paymentLink(operation)}</td>
<td data-label="Account">${account}</td>
<td data-label="Amount" class="n">${amountText(amountMinor, currency)}</td>
</tr>`;
  return html`<section class="card" aria-labelledby="ledger"><h2 id="ledger">Ledger</h2>
<table class="payments rows">
<thead><tr><th scope="col">Posted</th><th scope="col">Operation</th><th scope="col">Account</th><th scope="col" class="n">Amount</th></tr></thead>
<tbody>${entries.map(row)}</tbody></table>
<p class="soft">The entries of a payment always sum to zero.</p></section>`;
}

function reign(led: Entry['led']): Html | null {
  if (!led) return null;
  const { replica, term, from, until } = led;
  return html`<li>${replica} led from ${showTime(from)} ${until === null ? 'and leads now' : html`until ${showTime(until)}`}:
<a href="${toAddress('/payments', { term })}">all payments of term ${term}</a></li>`;
}

const entryItem = ({
  at,
  tone,
  text,
  details,
  payment,
  led,
}: Entry): Html => html`<li class="${tone}">
<p class="when">${showTime(at, 'no time kept')}</p>
<p class="what">${text}${payment === undefined ? null : html` ${paymentLink(payment)}`}</p>
${details.length === 0 && !led ? null : html`<ul>${details.map((detail) => html`<li>${detail}</li>`)}${reign(led)}</ul>`}
</li>`;

function redrive(story: StoryFacts, canAct: boolean): Html | null {
  const { id, repeatedBy } = story;
  if (!canAct || !canRetry(story) || repeatedBy.length > 0) return null;
  return html`<p class="actions"><a class="button" href="${toAddress('/failed/redrive', { ids: id })}">Retry …</a></p>`;
}

/** @param canAct whether this monitor knows a patients instance. */
export const storyPage = (
  story: StoryFacts,
  canAct: boolean,
): Html => html`<h1>Payment <code class="whole" data-copy="${story.id}">${story.id}</code></h1>
<p class="downloads"><a href="/payments">All payments</a> <a href="/payments/${story.id}.json" data-copy-curl="/payments/${story.id}.json">JSON</a></p>
<div class="story-grid" id="live">
<div>${facts(story)}${bill(story)}</div>
<div><section class="card" aria-labelledby="story"><h2 id="story">What happened</h2>
<ol class="story">${timeline(story).map(entryItem)}</ol>
${redrive(story, canAct)}
${actions(story, canAct)}
</section>
${ledger(story)}</div>
</div>`;
