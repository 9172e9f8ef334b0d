/**
 * Operator actions: asks for a reason, shows a preview, performs the action and shows the exact
 * outcome in a banner.
 */
import { byId, make, show } from './dom.js';
import { milliseconds } from './format.js';

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
const csrf = () => document.querySelector('meta[name="csrf"]').content;

const titleOf = (action, replica) =>
  action === 'handover'
    ? replica
      ? `Hand over to ${replica}`
      : 'Hand over'
    : `${TITLES[action]} ${replica}`;

function requestOf(action, replica, reason, freezeMs) {
  if (action === 'handover') return ['/handover', { ...(replica ? { to: replica } : {}), reason }];
  const path = `/replicas/${encodeURIComponent(replica)}`;
  if (action === 'kill') return [`${path}/kill`, { reason }];
  if (action === 'freeze') return [`${path}/freeze`, { reason, freezeMs }];
  return [`${path}/state`, { state: action, reason }];
}

function movedWords({ leader, term, previous, drained, tookMs }) {
  if (previous === leader) return `${leader} leads already, in term ${term}; nothing changed.`;
  const rest = drained
    ? 'The former leader had finished its payments in flight'
    : 'The former leader had not finished all of them; the new leader takes them over';
  return `${leader} leads in term ${term}, after ${previous}. ${rest}; it took ${milliseconds(tookMs)}.`;
}

/** The exact outcome as text. Pure. */
export function outcomeWords(action, answer) {
  if (action === 'handover') return movedWords(answer);
  if (action === 'kill' || action === 'freeze') return `${answer.words}.`;
  const leads = answer.moved
    ? movedWords(answer.moved)
    : `${answer.leader ?? 'No replica'} leads in term ${answer.term}.`;
  return `${answer.id} is ${answer.admin} now. ${leads}`;
}

function banner() {
  const element = byId('banner');
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

/** @param done called after an action. */
export function actions(done) {
  const dialog = byId('deed');
  const tell = banner();
  let asked = { action: 'handover', replica: null };
  const freezeMs = () => Number(byId('freeze-ms').value);

  async function preview() {
    const look = asked;
    const query = new URLSearchParams({
      action: look.action,
      replica: look.replica ?? '',
      freezeMs: String(freezeMs()),
    });
    const response = await fetch(`/preview?${query}`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch(() => null);
    const body = await response?.json().catch(() => null);
    if (asked !== look) return;
    const words = response?.ok
      ? body.words
      : [body?.detail ?? 'This monitor does not answer, so there is no preview.'];
    byId('deed-preview').replaceChildren(...words.map((sentence) => make('li', {}, sentence)));
    byId('deed-do').disabled = !response?.ok || body.refusal !== null;
  }

  function ask(action, replica = null) {
    asked = { action, replica };
    const isFault = action === 'kill' || action === 'freeze';
    for (const id of ['deed-title', 'deed-do']) show(id, titleOf(action, replica));
    byId('deed-preview').replaceChildren(make('li', {}, 'Loading the preview …'));
    byId('deed-freeze').hidden = action !== 'freeze';
    byId('deed-do').disabled = true;
    byId('deed-do').classList.toggle('danger', isFault);
    byId('deed-reason').value = '';
    dialog.showModal();
    byId('deed-reason').focus();
    void preview();
  }

  async function perform() {
    const { action, replica } = asked;
    const [path, body] = requestOf(action, replica, byId('deed-reason').value, freezeMs());
    dialog.close();
    tell('none', `${titleOf(action, replica)}: under way …`);
    const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf() };
    const response = await fetch(path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(DEED_MS),
    }).catch(() => null);
    const answer = await response?.json().catch(() => null);
    if (!response || !answer)
      tell('bad', 'This monitor did not answer: check the leader before you try again.');
    else if (response.ok) tell('good', outcomeWords(action, answer));
    else
      tell(
        'bad',
        `Refused (${answer.code}): ${answer.detail}.${response.status === 401 ? ' Sign in again.' : ''}`,
      );
    done();
  }

  byId('deed-form').addEventListener('submit', (event) => {
    event.preventDefault();
    if (byId('deed-reason').value.trim() !== '' && !byId('deed-do').disabled) void perform();
  });
  byId('deed-cancel').addEventListener('click', () => dialog.close());
  byId('freeze-ms').addEventListener('change', () => void preview());
  byId('handover')?.addEventListener('click', () => ask('handover'));
  return {
    ask,
    refresh: () => {
      if (dialog.open) void preview();
    },
  };
}
