/** Maps states to tones (colour and shape). The legend of the page lists all tones. Pure. */
export const OBSERVED = {
  alive: 'good',
  suspect: 'warn',
  down: 'bad',
  left: 'left',
  unknown: 'none',
};
export const ADMIN = { ready: 'good', drain: 'warn', maint: 'warn' };
export const REACHED = {
  true: ['good', 'reached'],
  false: ['bad', 'not reached'],
  null: ['none', 'not known yet'],
};

/** The dependencies that a replica does not reach, as text. */
export function reaches(what) {
  if (!what) return '–';
  const missing = Object.keys(what).filter((name) => !what[name]);
  return missing.length === 0 ? 'everything' : `not ${missing.join(', ')}`;
}

/** The reason of an election by kind. */
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
