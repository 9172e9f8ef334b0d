/** Which tone (colour and shape) a state has. The legend of the page names them all. Pure. */
export const OBSERVED = { alive: 'good', suspect: 'warn', down: 'bad', left: 'left', unknown: 'none' };
export const ADMIN = { ready: 'good', drain: 'warn', maint: 'warn' };
export const REACHED = { true: ['good', 'reached'], false: ['bad', 'not reached'], null: ['none', 'not known yet'] };

/** What a replica does not reach, in words. */
export function reaches(what) {
  if (!what) return '–';
  const missing = Object.keys(what).filter((name) => !what[name]);
  return missing.length === 0 ? 'everything' : `not ${missing.join(', ')}`;
}

/** Elections by kind: what made one necessary. */
export const KINDS = {
  first: 'first election', kill: 'killed', freeze: 'fell silent', ping: 'no echo', gray: 'could not work', left: 'said goodbye',
  restart: 'restarted', planned: 'planned',
};
