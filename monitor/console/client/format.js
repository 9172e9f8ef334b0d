/** Times, durations and numbers for people, in the reader's zone. Pure. */

/** @param {string | number | null | undefined} value */
export const dash = (value) => (value === null || value === undefined ? '–' : String(value));

/** @param {string | number} at ISO 8601, or epoch ms. */
export const clockTime = (at) =>
  new Date(at).toLocaleTimeString([], { timeStyle: 'medium', hourCycle: 'h23' });

/** @param {string | number} at ISO 8601, or epoch ms. */
export const dateTime = (at) =>
  new Date(at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });

/**
 * The value of a field `datetime-local`: the reader's time, without a zone.
 * @param {number} ms epoch ms.
 */
export const toLocalField = (ms) =>
  new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);

/** @param {number | null | undefined} ms */
export function milliseconds(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return '–';
  if (ms >= 60_000) return `${Math.round(ms / 60_000)} min`;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
}

/** @param {number | null | undefined} value */
export const count = (value) =>
  value === null || value === undefined ? '–' : value.toLocaleString();

/** @param {number | null | undefined} perSecond */
export function rate(perSecond) {
  if (perSecond === null || perSecond === undefined) return '–';
  return perSecond >= 100 || Number.isInteger(perSecond)
    ? Math.round(perSecond).toLocaleString()
    : perSecond.toFixed(1);
}

/**
 * How long ago, roughly.
 * @param {string} at ISO 8601.
 * @param {number} now epoch ms.
 */
export function ago(at, now) {
  const seconds = Math.max(0, Math.round((now - new Date(at).getTime()) / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h`
    : `${Math.round(seconds / 86_400)} days`;
}
