/**
 * Operator actions: asks for a reason, shows a preview, performs the action and shows the exact
 * outcome in a banner.
 */
import { getCsrfToken } from './csrf.js';
import { byId, byIdAs, make, show } from './dom.js';
import { dateTime } from './format.js';
import { addReturn, describeUntil, readReturn, resetReturn } from './maintenance.js';

/** @typedef {import('../../core/preview.js').Action} Action */
/** @typedef {import('../../core/preview.js').Preview} Preview */
/** @typedef {import('../../http/schemas.js').HandoverAnswer} HandoverAnswer */
/** @typedef {import('../../http/schemas.js').StateAnswer} StateAnswer */
/** @typedef {import('../../http/schemas.js').FaultAnswer} FaultAnswer */
/** @typedef {import('../../http/schemas.js').InstanceAnswer} InstanceAnswer */
/** @typedef {import('../../../shared/contracts/rolling-restart.js').RestartRecord} RestartRecord */
/** @typedef {import('../../../shared/contracts/acceptance.js').AcceptanceDocument} Acceptance */
/** @typedef {HandoverAnswer | StateAnswer | FaultAnswer | InstanceAnswer} ProcessAnswer */
/** @typedef {import('./schedule.js').ScheduledHandover} Scheduled */
/** @typedef {ProcessAnswer | RestartRecord | Acceptance | Scheduled} Answer */
/** @typedef {{ words: readonly string[], isPossible: boolean }} Effect */
/** @typedef {{ code: string, detail: string }} Refusal */
/** @typedef {Action | keyof typeof SYSTEM_TITLES} Deed */
/** @typedef {(reason: string) => [path: string, body: object]} GetRequest */
/** @typedef {() => Effect | Promise<Effect>} GetEffect */
/**
 * The target of an action: a replica; or an instance or the whole system, with a preview of its
 * own, and for a scheduled hand-over also a request of its own.
 * @typedef {{ getEffect: GetEffect | null, getRequest: GetRequest | null }} Own
 * @typedef {{ action: Deed, id: string | null } & Own} Intent
 */

/**
 * Maximum wait for a preview, and for the outcome of an action, in ms. A hand-over may wait one
 * minute for payments in flight.
 */
const ANSWER_MS = 15_000;
const DEED_MS = 90_000;
const TITLES = {
  drain: 'Drain',
  maint: 'Maintenance for',
  ready: 'Set to ready:',
  kill: 'Kill',
  freeze: 'Freeze',
};
/** Actions on the whole system. */
const SYSTEM_TITLES = {
  restart: 'Restart one by one',
  stop: 'Stop payments',
  resume: 'Accept payments again',
  schedule: 'Schedule a hand-over',
  unschedule: 'Cancel the scheduled hand-over',
};

/** The states that an operator sets, as the end of a sentence. */
const IN_STATE = { ready: 'ready', drain: 'draining', maint: 'in maintenance' };

/** @param {Intent} intent */
function toTitle({ action, id }) {
  if (action in SYSTEM_TITLES)
    return SYSTEM_TITLES[/** @type {keyof typeof SYSTEM_TITLES} */ (action)];
  if (action === 'handover') return id ? `Hand over to ${id}` : 'Hand over';
  return `${TITLES[/** @type {keyof typeof TITLES} */ (action)]} ${id}`;
}

/**
 * @param {Intent} intent `id` is null only with a hand-over: the policy chooses.
 * @param {string} reason
 * @param {number} freezeMs
 * @param {number | null} returnAt epoch ms; null: the state has no end.
 * @returns {[path: string, body: object]}
 */
function toRequest({ action, id, getEffect, getRequest }, reason, freezeMs, returnAt) {
  if (getRequest) return getRequest(reason);
  if (action === 'restart') return ['/restarts', { reason }];
  if (action === 'stop' || action === 'resume')
    return ['/accepting', { accepting: action === 'resume', reason }];
  if (action === 'handover') return ['/handover', { ...(id ? { to: id } : {}), reason }];
  const path = `/${getEffect ? 'patients' : 'replicas'}/${encodeURIComponent(id ?? '')}`;
  if (action === 'kill') return [`${path}/kill`, { reason }];
  if (action === 'freeze') return [`${path}/freeze`, { reason, freezeMs }];
  const until = returnAt === null ? {} : { until: new Date(returnAt).toISOString() };
  return [`${path}/state`, { state: action, reason, ...until }];
}

/**
 * The body of an answer. Null: there is none, or it is no JSON.
 * @param {Response | null} response
 */
const readJson = async (response) => (await response?.json().catch(() => null)) ?? null;

/** @param {HandoverAnswer} answer */
function describeMove({ leader, term, previous, drained }) {
  if (previous === leader) return `${leader} leads already, in term ${term}; nothing changed.`;
  const rest = drained
    ? 'The former leader had finished its payments in flight'
    : 'The former leader had not finished all of them; the new leader takes them over';
  return `${leader} leads in term ${term}, after ${previous}. ${rest}.`;
}

/**
 * The exact outcome as text. Pure.
 * @param {Answer} answer
 * @param {number} now epoch ms.
 */
export function describeOutcome(answer, now) {
  if ('drained' in answer) return describeMove(answer);
  if ('steps' in answer)
    return `The restart of ${answer.steps.length} processes has begun; its progress is below.`;
  if ('accepting' in answer)
    return answer.accepting
      ? 'New payments are accepted again.'
      : `New payments are stopped: ${answer.reason}`;
  if ('orderedBy' in answer)
    return answer.state === 'cancelled'
      ? 'The scheduled hand-over is cancelled.'
      : `The hand-over is scheduled for ${dateTime(answer.at)}.`;
  if ('words' in answer) return `${answer.words}.`;
  const state = `${answer.id} is ${IN_STATE[answer.admin]}${describeUntil(answer.until, now)}`;
  if ('balancer' in answer) return `${state}; the balancer has changed.`;
  const leads = answer.moved
    ? describeMove(answer.moved)
    : `${answer.leader ?? 'No replica'} leads in term ${answer.term}.`;
  return `${state}. ${leads}`;
}

/**
 * @param {Intent} intent
 * @param {number} freezeMs
 */
async function requestPreview({ action, id, getEffect }, freezeMs) {
  if (getEffect) return getEffect();
  const query = new URLSearchParams({
    action,
    replica: id ?? '',
    freezeMs: String(freezeMs),
  });
  const response = await fetch(`/preview?${query}`, {
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch(() => null);
  /** @type {Preview | null} */
  const found = response?.ok ? await readJson(response) : null;
  if (found) return { words: found.words, isPossible: found.refusal === null };
  /** @type {Refusal | null} */
  const refused = response?.ok ? null : await readJson(response);
  const detail = refused?.detail ?? 'This monitor does not answer, so there is no preview.';
  return { words: [detail], isPossible: false };
}

/**
 * Performs an action.
 * @param {string} path
 * @param {object} body
 * @returns {Promise<[tone: string, outcome: string]>}
 */
async function send(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': getCsrfToken() },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(DEED_MS),
  }).catch(() => null);
  /** @type {Answer | null} */
  const answer = response?.ok ? await readJson(response) : null;
  if (answer) return ['good', describeOutcome(answer, Date.now())];
  /** @type {Refusal | null} */
  const refused = response?.ok ? null : await readJson(response);
  if (!refused)
    return ['bad', 'This monitor did not answer: check the leader before you try again.'];
  const signIn = response?.status === 401 ? ' Sign in again.' : '';
  return ['bad', `Refused (${refused.code}): ${refused.detail}.${signIn}`];
}

function banner() {
  const element = byId('banner');
  /**
   * @param {string} tone
   * @param {string} text
   */
  return (tone, text) => {
    element.className = `banner ${tone}`;
    element.replaceChildren(
      make('span', { class: `state ${tone}` }, text),
      make(
        'button',
        {
          type: 'button',
          onclick: () => {
            element.hidden = true;
          },
        },
        'Close',
      ),
    );
    element.hidden = false;
    element.focus();
  };
}

/** @param {() => void} done called after an action. */
export function actions(done) {
  const dialog = byIdAs('deed', HTMLDialogElement);
  const doIt = byIdAs('deed-do', HTMLButtonElement);
  const reason = byIdAs('deed-reason', HTMLInputElement);
  const freeze = byIdAs('freeze-ms', HTMLSelectElement);
  const tell = banner();
  /** @type {Intent} */
  let asked = { action: 'handover', id: null, getEffect: null, getRequest: null };
  const freezeMs = () => Number(freeze.value);

  async function preview() {
    const look = asked;
    const effect = await requestPreview(look, freezeMs());
    const { words, isPossible } = addReturn(effect, readReturn(), Date.now());
    if (asked !== look) return;
    byId('deed-preview').replaceChildren(...words.map((sentence) => make('li', {}, sentence)));
    doIt.disabled = !isPossible;
  }

  /**
   * @param {Deed} action
   * @param {string | null} id a replica, or an instance; null: the whole system.
   * @param {GetEffect | null} getEffect the preview of an instance or of the whole system.
   * @param {GetRequest | null} getRequest the request of a scheduled hand-over.
   */
  function ask(action, id = null, getEffect = null, getRequest = null) {
    asked = { action, id, getEffect, getRequest };
    const isFault = action === 'kill' || action === 'freeze' || action === 'stop';
    for (const place of ['deed-title', 'deed-do']) show(place, toTitle(asked));
    byId('deed-preview').replaceChildren(make('li', {}, 'Loading the preview …'));
    byId('deed-freeze').hidden = action !== 'freeze';
    byId('deed-schedule').hidden = action !== 'schedule';
    resetReturn(action);
    doIt.disabled = true;
    doIt.classList.toggle('danger', isFault);
    reason.value = '';
    dialog.showModal();
    reason.focus();
    void preview();
  }

  async function perform() {
    const [path, body] = toRequest(asked, reason.value, freezeMs(), readReturn());
    dialog.close();
    tell('none', `${toTitle(asked)}: under way …`);
    const [tone, outcome] = await send(path, body);
    tell(tone, outcome);
    done();
  }

  byId('deed-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const isStale = document.body.classList.contains('stale-page');
    if (reason.value.trim() !== '' && !doIt.disabled && !isStale) void perform();
  });
  byId('deed-cancel').addEventListener('click', () => dialog.close());
  freeze.addEventListener('change', () => void preview());
  for (const part of ['deed-schedule', 'deed-return'])
    byId(part).addEventListener('change', () => void preview());
  document.getElementById('handover')?.addEventListener('click', () => ask('handover'));
  return {
    ask,
    refresh: () => {
      if (dialog.open) void preview();
    },
  };
}
