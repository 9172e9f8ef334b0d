/** The scheduled hand-over on the overview: its state, its countdown, its button and previews. */
import { byIdAs, make, show } from './dom.js';
import { ago, dateTime, toLocalField } from './format.js';
import { offer } from './link.js';

/** @typedef {import('../../../shared/contracts/status.js').Status} Status */
/** @typedef {Status['scheduledHandover']} Scheduled */
/**
 * @typedef {import('../../../shared/contracts/scheduled-handover.js').ScheduledHandover}
 *   ScheduledHandover
 */
/** @typedef {import('./actions.js').Effect} Effect */

/** The range of the time, ms from now; the monitor decides. */
const LEAST_MS = 5_000;
const MOST_MS = 7 * 86_400_000;

/**
 * Whether an order may be for that time. Pure.
 * @param {number} at epoch ms; NaN: no time is chosen.
 * @param {number} now epoch ms.
 */
export const isTimely = (at, now) => at - now >= LEAST_MS && at - now <= MOST_MS;

/** @param {string | null} to */
const toTarget = (to) => (to === null ? '' : ` to ${to}`);

/**
 * The order as a sentence. Pure.
 * @param {NonNullable<Scheduled>} scheduled
 * @param {number} now epoch ms.
 */
export function describeSchedule({ at, to, reason, state, outcome }, now) {
  const what = `hand-over${toTarget(to)}`;
  const rest = Date.parse(at) - now;
  // `ago` spells the time between two moments: here from now to the hand-over.
  const left = rest > 0 ? `in ${ago(new Date(now).toISOString(), Date.parse(at))}` : 'now';
  if (state === 'pending') return `A ${what} is scheduled for ${dateTime(at)} (${left}): ${reason}`;
  if (state === 'running') return `The scheduled ${what} is under way: ${reason}`;
  return `The ${what} scheduled for ${dateTime(at)} is ${state}: ${outcome}`;
}

/**
 * The effect of an order, as sentences. Pure.
 * @param {number} at epoch ms; NaN: no time is chosen.
 * @param {string} to '': the monitor chooses.
 * @param {number} now epoch ms.
 * @returns {Effect}
 */
export function previewSchedule(at, to, now) {
  if (!isTimely(at, now))
    return { words: ['Choose a time within the next seven days.'], isPossible: false };
  const left = ago(new Date(now).toISOString(), at);
  return {
    words: [
      `At ${dateTime(at)}, in ${left}, the leader finishes its payments in flight; then ${to || 'the replica that the monitor chooses'} leads.`,
      to
        ? `If ${to} leads already or is not ready then, the order is missed and not tried later.`
        : 'If another replica leads by then, or no other one is ready, the order is missed and not tried later.',
    ],
    isPossible: true,
  };
}

/** @param {Status} status */
function fillSuccessors({ partitions: [partition] }) {
  const options = (partition?.candidates ?? []).map((id) => make('option', { value: id }, id));
  const any = make('option', { value: '' }, 'the monitor chooses');
  byIdAs('schedule-to', HTMLSelectElement).replaceChildren(any, ...options);
}

/** How far ahead the time is that the dialog suggests, ms. */
const SUGGESTED_MS = 3_600_000;

/**
 * @param {Pick<ReturnType<typeof import('./actions.js').actions>, 'ask'>} deeds
 * @returns a function that shows the order of a status.
 */
export function scheduleSwitch(deeds) {
  const button = document.getElementById('schedule');
  /** @type {Status | null} */
  let last = null;
  const order = () => {
    if (!last) return;
    fillSuccessors(last);
    const at = byIdAs('schedule-at', HTMLInputElement);
    const to = byIdAs('schedule-to', HTMLSelectElement);
    at.value = toLocalField(Date.now() + SUGGESTED_MS);
    deeds.ask(
      'schedule',
      null,
      () => previewSchedule(new Date(at.value).getTime(), to.value, Date.now()),
      (reason) => [
        '/scheduled-handovers',
        {
          at: new Date(at.value).toISOString(),
          ...(to.value ? { to: to.value } : {}),
          reason,
        },
      ],
    );
  };
  /** @param {NonNullable<Scheduled>} scheduled */
  const cancel = ({ id }) =>
    deeds.ask(
      'unschedule',
      null,
      () => ({ words: ['The leader stays; the order is cancelled.'], isPossible: true }),
      (reason) => [`/scheduled-handovers/${id}/cancel`, { reason }],
    );
  const isPending = () => last?.scheduledHandover?.state === 'pending';
  button?.addEventListener('click', () => {
    const scheduled = last?.scheduledHandover;
    if (scheduled?.state === 'pending') cancel(scheduled);
    else order();
  });
  const refresh = () => {
    const scheduled = last?.scheduledHandover ?? null;
    const place = document.getElementById('scheduled');
    if (!place) return;
    place.hidden = scheduled === null;
    if (scheduled) show(place, describeSchedule(scheduled, Date.now()));
    if (!button) return;
    show(button, isPending() ? 'Cancel the scheduled hand-over …' : 'Schedule a hand-over …');
    offer(button, scheduled?.state !== 'running');
  };
  setInterval(refresh, 1_000);
  /** @param {Status} status */
  return (status) => {
    last = status;
    refresh();
  };
}
