/**
 * Renders elections: new and previous leader, reason, and the duration of each step as text and as
 * a bar.
 */
import { make, time } from './dom.js';
import { dateTime, milliseconds } from './format.js';
import { KINDS } from './tones.js';

/** @typedef {import('../../http/schemas.js').Election} Election */
/** @typedef {keyof Election['steps']} StepName */
/** @typedef {{ name: StepName, word: string, ms: number, share: number | null }} Step */

/** @type {readonly [StepName, string][]} */
const STEPS = [
  ['voteMs', 'vote'],
  ['promoteMs', 'told'],
  ['reclaimMs', 'took over'],
  ['firstCommitMs', 'first payment'],
];
/**
 * A longer step means that no payments arrived meanwhile: shown as text, omitted from the bar, ms.
 */
const IDLE_MS = 2_000;
/** Minimum share of a step in the bar, in per cent, so that the step is visible. */
const LEAST_SHARE = 2;

/**
 * The known steps, with their share of the bar in per cent. Null: not in the bar. Pure.
 * @param {Election['steps']} steps
 * @returns {Step[]}
 */
export function toShares(steps) {
  const known = STEPS.flatMap(([name, word]) => {
    const ms = steps[name];
    return ms === null ? [] : [{ name, word, ms }];
  });
  /** @param {{ name: StepName, ms: number }} step */
  const isDrawn = ({ name, ms }) => name !== 'firstCommitMs' || ms <= IDLE_MS;
  const total = known.filter(isDrawn).reduce((sum, { ms }) => sum + Math.max(ms, 1), 0);
  return known.map((step) => ({
    ...step,
    share: isDrawn(step) ? Math.max(LEAST_SHARE, (100 * Math.max(step.ms, 1)) / total) : null,
  }));
}

/** @param {readonly Step[]} shares */
function bar(shares) {
  const line = make('span', { 'class': 'steps', 'aria-hidden': 'true' });
  for (const { name, share } of shares) {
    if (share === null) continue;
    const piece = make('span', { class: `step ${name}` });
    piece.style.flexGrow = String(share);
    line.append(piece);
  }
  return line;
}

/** @param {Election} election */
export function electionItem({
  term,
  leader,
  previousLeader,
  kind,
  reason,
  electedAt,
  monitor,
  steps,
}) {
  const shares = toShares(steps);
  const words = shares.map(({ word, ms, share }) =>
    share === null ? `${word} after ${milliseconds(ms)}` : `${word} ${milliseconds(ms)}`,
  );
  const calm = kind === 'planned' || kind === 'first';
  return make(
    'li',
    {},
    make(
      'p',
      { class: 'who-led' },
      make('span', { class: 'term' }, `Term ${term}`),
      make('strong', {}, leader),
      make('span', {}, previousLeader ? `from ${previousLeader}` : ''),
      make('span', { class: `state ${calm ? 'good' : 'warn'}` }, KINDS[kind] ?? kind),
      time(electedAt, dateTime(electedAt)),
    ),
    make('p', { class: 'why' }, `${reason} (${monitor})`),
    bar(shares),
    make(
      'p',
      { class: 'step-words' },
      words.length > 0 ? words.join(' · ') : 'no step is recorded yet',
    ),
  );
}
