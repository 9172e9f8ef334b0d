/**
 * Independent parts of the overview: the legend of every colour and shape, and the dialog for
 * operator actions.
 */
import { LONGEST_BLOCK_MS } from '../../shared/fault-switches.js';
import { html, type Html } from '../../shared/web/html.js';
import { spellDuration } from '../core/preview.js';

const LEGEND: readonly (readonly [tone: string, word: string, meaning: string])[] = [
  ['leads', 'leads', 'processes the payments; its row and its node are tinted'],
  ['good', 'alive, ready, reached', 'works, or may be elected'],
  ['warn', 'suspect', 'only this monitor considers it failed'],
  ['warn', 'drain, maint', 'taken out of service by an operator'],
  ['bad', 'down, not reached', 'a majority of the monitors considers it failed'],
  ['left', 'left', 'stopped in order and sent a goodbye'],
  ['none', 'unknown', 'never seen, or not known yet'],
];

const STEPS: readonly (readonly [name: string, meaning: string])[] = [
  ['detectMs', 'detect: from the last report of the former leader to the suspicion'],
  ['voteMs', 'vote: from the suspicion to the election'],
  ['promoteMs', 'promote: until the new leader was notified'],
  ['reclaimMs', 'take over: until it had begun the parcels of the former leader'],
  [
    'firstCommitMs',
    'first payment: until a waiting payment was final; not part of the time without a leader',
  ],
];

export const legend: Html = html`<details class="legend"><summary>What the colours and shapes mean</summary>
<ul>${LEGEND.map(([tone, word, meaning]) => html`<li><span class="state ${tone}">${word}</span> <span>${meaning}</span></li>`)}
<li><span class="line flow"></span> <span>topology: a flow; interrupted and pale: it has stopped, because one end does not answer</span></li>
<li><span class="line solid"></span> <span>charts: payments per second, median latency, pending payments</span></li>
<li><span class="line dashed"></span> <span>charts: 99th percentile of the latency, waiting parcels</span></li>
<li><span class="line dotted"></span> <span>charts: an election, with its term</span></li>
${STEPS.map(([name, meaning]) => html`<li><span class="step ${name}"></span> <span>bars: ${meaning}</span></li>`)}
</ul></details>`;

const FREEZES = [500, 1_000, 2_000, LONGEST_BLOCK_MS];

/** The dialog that asks for a reason and shows a preview. */
export const deedDialog: Html = html`<dialog id="deed" aria-labelledby="deed-title">
<form class="stacked" id="deed-form">
<h2 id="deed-title">–</h2>
<p><strong>What will happen</strong></p>
<ul id="deed-preview" aria-live="polite"></ul>
<div id="deed-freeze" hidden><label for="freeze-ms">For how long</label>
<select id="freeze-ms">${FREEZES.map((ms) => html`<option value="${ms}"${ms === 2_000 ? html` selected` : null}>${spellDuration(ms)}</option>`)}</select></div>
<div id="deed-schedule" hidden><label for="schedule-at">When <small>in the time zone of this browser</small></label>
<input type="datetime-local" id="schedule-at" step="1">
<label for="schedule-to">Next leader</label>
<select id="schedule-to"></select></div>
<div id="deed-return" hidden><label for="return-at">Back to ready at <small>optional; in the time zone of this browser</small></label>
<input type="datetime-local" id="return-at" step="1"></div>
<label for="deed-reason">Reason <small>stored in the audit, and in the history when the leadership moves</small></label>
<input id="deed-reason" name="reason" required maxlength="400" autocomplete="off">
<p class="buttons"><button type="submit" class="primary" id="deed-do" disabled>–</button> <button type="button" id="deed-cancel">Cancel</button></p>
</form>
</dialog>`;

/** Shown to operators of a system that `npm start` runs. The scripts fill the steps. */
export const restartSection: Html = html`<section class="wide" id="restart" aria-labelledby="restart-title">
<h2 id="restart-title">Rolling restart</h2>
<p class="soft">Restarts one process after another without an interruption. PostgreSQL and Redis are not restarted.</p>
<p><button type="button" id="restart-button">Restart one by one …</button></p>
<p id="restart-summary" role="status" hidden></p>
<ol class="restart-steps" id="restart-steps" hidden></ol>
</section>`;
