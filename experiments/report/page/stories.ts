/**
 * The stories of a system: one fold each, with the payment's row and a timeline of all events
 * around it.
 */
import type { ChargeRow, PaymentRow } from '../../record/history.js';
import type { SystemRecord } from '../../record/run-record.js';
import { getLatency } from '../facts/fate.js';
import type { Stories, Story } from '../facts/choose-stories.js';
import { storyEvents, type StoryEvent } from '../facts/story.js';
import { count, duration, milliseconds } from '../../../shared/format.js';
import { html, type Html, type Content } from '../../../shared/web/html.js';

const cell = (name: string, value: string | number | null): Content =>
  html`<div><dt>${name}</dt><dd>${value ?? '–'}</dd></div>`;

function rowFacts(row: PaymentRow | null, charges: readonly ChargeRow[] | null): Html {
  if (!row) return html`<p class="quiet">There is no row in the database.</p>`;
  const movements =
    charges === null ? 'no ledger' : charges.map(({ status }) => status).join(', ') || 'none';
  return html`<dl class="facts">
${[cell('Payment', row.id), cell('Status', row.status), cell('Attempts', row.attempts), cell('Term', row.term), cell('Processed by', row.processedBy)]}
${[cell('Accepted by', row.acceptedBy), cell('Parcel', row.parcel), cell('Patient', row.patientId), cell('Charges', movements)]}
${[row.reason !== null && cell('Reason', row.reason), row.lastError !== null && cell('Last error', row.lastError)]}
</dl>`;
}

const formatSigned = (ms: number): string => `${ms < 0 ? '−' : '+'}${milliseconds(Math.abs(ms))}`;

function eventLine({ atMs, by, what }: StoryEvent, fromMs: number, spanMs: number): Html {
  const place = (((atMs - fromMs) / spanMs) * 100).toFixed(1);
  return html`<li class="by-${by}"><span class="at">${formatSigned(atMs)} ms</span><span class="track" aria-hidden="true"><i style="left:${place}%"></i></span><span class="by">${by}</span><span class="what">${what}</span></li>`;
}

function storyBody(
  story: Story,
  system: SystemRecord,
  charges: ReadonlyMap<string, ChargeRow[]>,
): Html {
  const { elections, faults } = system.evidence;
  const events = storyEvents({ request: story.request, row: story.row, elections, faults });
  const [first, last] = [events[0]?.atMs ?? 0, events.at(-1)?.atMs ?? 0];
  const own = system.evidence.charges === null ? null : (charges.get(story.row?.id ?? '') ?? []);
  return html`${rowFacts(story.row, own)}
<ol class="events">${events.map((event) => eventLine(event, first, Math.max(1, last - first)))}</ol>`;
}

function storyFold(
  story: Story,
  system: SystemRecord,
  charges: ReadonlyMap<string, ChargeRow[]>,
): Html {
  const { anchor, name, fate, rules, request } = story;
  const code = request?.error ?? '';
  return html`<details class="story"><summary><span class="fate ${fate === 'in time' ? 'good' : 'bad'}">${fate ?? 'not requested'}</span> <code>${name}</code>
<span class="n">${request && duration(getLatency(request))}</span> <span class="quiet">${request && `trial ${request.trial}`} ${code}</span> ${rules.map((rule) => html`<span class="rule">${rule}</span>`)}</summary>
<div class="told" id="${anchor}">${storyBody(story, system, charges)}</div></details>\n`;
}

/** The gateway's charges of the payments with a story, in one pass. */
function chargesOf(
  { evidence: { charges } }: SystemRecord,
  { told }: Stories,
): Map<string, ChargeRow[]> {
  const found = new Map(
    told.flatMap(({ row }) => (row ? [[row.id, [] as ChargeRow[]] as const] : [])),
  );
  for (const charge of charges ?? []) found.get(charge.key)?.push(charge);
  return found;
}

export function storiesPart(system: SystemRecord, stories: Stories): Html {
  const { told, untold } = stories;
  const charges = chargesOf(system, stories);
  const wrong = told.filter(({ fate, rules }) => fate !== 'in time' || rules.length > 0).length;
  const opening =
    wrong === 0
      ? 'Every request succeeded in time; these were the slowest.'
      : `${count(wrong)} payments that did not succeed in time or that a rule names, the worst first; then the slowest others.`;
  const more =
    untold === 0
      ? null
      : html`<p class="warn">${count(untold)} more are not shown here; history.ndjson has all of them.</p>`;
  return html`<h3>Stories</h3><p>${told.length === 0 ? 'There are no stories.' : opening} Times are relative to the due time of the request.</p>
${more}${told.map((story) => storyFold(story, system, charges))}`;
}
