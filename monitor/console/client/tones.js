/** Maps states to tones (colour and shape). The legend of the page lists all tones. Pure. */

/** @type {Record<import('../../../shared/contracts/status.js').Observed, string>} */
export const OBSERVED = {
  alive: 'good',
  suspect: 'warn',
  down: 'bad',
  left: 'left',
  unknown: 'none',
};
/** @type {Record<import('../../../shared/contracts/leadership.js').AdminState, string>} */
export const ADMIN = { ready: 'good', drain: 'warn', maint: 'warn' };

/**
 * The tone and the text of an engine. @param {boolean | null} isReached null: not tried yet.
 * @returns {[tone: string, word: string]}
 */
export function toReached(isReached) {
  if (isReached === null) return ['none', 'not known yet'];
  return isReached ? ['good', 'reached'] : ['bad', 'not reached'];
}

/**
 * The dependencies that a replica does not reach, as text.
 * @param {import('../../../shared/contracts/leadership.js').Reaches | null} what
 */
export function reaches(what) {
  if (!what) return '–';
  const missing = Object.entries(what).flatMap(([name, isReached]) => (isReached ? [] : [name]));
  return missing.length === 0 ? 'everything' : `not ${missing.join(', ')}`;
}

/**
 * The reason of an election by kind. A newer monitor may write other kinds.
 * @type {Readonly<Record<string, string>>}
 */
export const KINDS = {
  first: 'first election',
  kill: 'killed',
  freeze: 'fell silent',
  ping: 'no echo',
  gray: 'could not work',
  left: 'said goodbye',
  restart: 'restarted',
  planned: 'planned',
};
