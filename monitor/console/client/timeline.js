/**
 * Renders elections: new and previous leader, reason, and the duration of each step as text and as
 * a bar.
 */
import { make, time } from './dom.js';
import { dateTime, milliseconds } from './format.js';
import { KINDS } from './tones.js';

/** @typedef {import('../../http/schemas.js').Election} Election */
/** @typedef {keyof Election['steps']} StepName */
/** @typedef {{ name: StepName, word: string, ms: number, share: number }} Step */

/** @type {readonly [StepName, string][]} */
const STEPS = [
  ['detectMs', 'detect'],
  ['voteMs', 'vote'],
  ['promoteMs', 'told'],
  ['reclaimMs', 'took over'],
  ['firstCommitMs', 'first payment'],
];
/** Minimum share of a step in the bar, in per cent, so that the step is visible. */
const LEAST_SHARE = 2;

/**
 * The known steps, with their share of the bar in per cent. The first payment is a step only when a
 * payment waited; otherwise its time is idle time. Pure.
 * @param {Pick<Election, 'steps' | 'paymentsWaited'>} election
 * @returns {Step[]}
 */
export function toShares({ steps, paymentsWaited }) {
  const known = STEPS.flatMap(([name, word]) => {
    const ms = steps[name];
    const isIdle = name === 'firstCommitMs' && paymentsWaited !== true;
    return ms === null || isIdle ? [] : [{ name, word, ms }];
  });
  const total = known.reduce((sum, { ms }) => sum + Math.max(ms, 1), 0);
  return known.map((step) => ({
    ...step,
    share: Math.max(LEAST_SHARE, (100 * Math.max(step.ms, 1)) / total),
  }));
}

/** @param {readonly Step[]} shares */
function bar(shares) {
  const line = make('span', { 'class': 'steps', 'aria-hidden': 'true' });
  for (const { name, share } of shares) {
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
  leaderlessMs,
  paymentsWaited,
}) {
  const shares = toShares({ steps, paymentsWaited });
  const words = shares.map(({ word, ms }) => `${word} ${milliseconds(ms)}`);
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
    leaderlessMs === null
      ? null
      : make('p', { class: 'no-leader' }, `${milliseconds(leaderlessMs)} without a leader`),
    bar(shares),
    make(
      'p',
      { class: 'step-words' },
      words.length > 0 ? words.join(' · ') : 'no step is recorded yet',
    ),
  );
}
