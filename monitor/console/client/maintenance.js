/** The end of a maintenance window: its texts, and the optional time in the dialog. */
import { byIdAs } from './dom.js';
import { ago, clockTime, dateTime } from './format.js';
import { isTimely } from './schedule.js';

/** @typedef {import('./actions.js').Effect} Effect */

/**
 * ` until 14:30:00`, with the date on another day; '' without an end. Pure.
 * @param {string | null | undefined} until ISO 8601. Omitted by an older monitor.
 * @param {number} now epoch ms.
 */
export function describeUntil(until, now) {
  if (!until) return '';
  const isToday = new Date(until).toDateString() === new Date(now).toDateString();
  return ` until ${isToday ? clockTime(until) : dateTime(until)}`;
}

/**
 * The effect of a state, with its end. Pure.
 * @param {Effect} effect
 * @param {number | null} at epoch ms; null: no time is chosen.
 * @param {number} now epoch ms.
 * @returns {Effect}
 */
export function addReturn({ words, isPossible }, at, now) {
  if (at === null) return { words, isPossible };
  if (!isTimely(at, now))
    return { words: ['Choose a time within the next seven days, or none.'], isPossible: false };
  const left = ago(new Date(now).toISOString(), at);
  const end = `At ${dateTime(at)}, in ${left}, the monitors return it to ready, also when it is down.`;
  return { words: isPossible ? [...words, end] : words, isPossible };
}

/** The time in the dialog, epoch ms; null: none is chosen. */
export function readReturn() {
  const { value } = byIdAs('return-at', HTMLInputElement);
  return value === '' ? null : new Date(value).getTime();
}

/** Empties the time, and shows it only for a state that may end. @param {string} action */
export function resetReturn(action) {
  byIdAs('return-at', HTMLInputElement).value = '';
  byIdAs('deed-return', HTMLDivElement).hidden = action !== 'drain' && action !== 'maint';
}
