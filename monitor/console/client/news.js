/** The events since the page was opened, newest first, and the announcements for screen readers. */
import { byId, make, show, time } from './dom.js';
import { clockTime, milliseconds } from './format.js';

/** @typedef {import('../../status/stream-messages.js').PublishedEvents} PublishedEvents */

/** @typedef {{ leader: string, leaderlessMs: number | null }} TakeOver */
/** @typedef {Omit<PublishedEvents, 'failover:completed'> & { 'take-over': TakeOver }} News */

/** @type {{ readonly [K in keyof News]: (data: News[K]) => string }} */
const NEWS = {
  'election:won': ({ leader, term }) => `${leader ?? 'No replica'} was elected in term ${term}.`,
  'replica:suspected': ({ replica, layer }) => `${replica} is suspected (${layer}).`,
  'replica:recovered': ({ replica, restarted }) =>
    `${replica} is alive${restarted ? ', restarted' : ''}.`,
  'replica:left': ({ replica }) => `${replica} left in good order.`,
  'leadership:lost': ({ leader, reason }) => `${leader} is to be replaced: ${reason}.`,
  'take-over': ({ leader, leaderlessMs }) =>
    leaderlessMs === null
      ? `${leader} took over.`
      : `${leader} took over after ${milliseconds(leaderlessMs)} without a leader.`,
  'clock:jumped': () => 'This monitor was late or its clock jumped; it observes for a moment.',
};
const KEPT = 60;

/**
 * @template {keyof News} K
 * @param {K} name
 * @param {News[K]} data
 */
export function tell(name, data) {
  const list = byId('news');
  list.querySelector('.empty')?.remove();
  list.prepend(
    make(
      'li',
      {},
      time(new Date().toISOString(), clockTime(Date.now())),
      make('span', {}, NEWS[name](data)),
    ),
  );
  while (list.children.length > KEPT) list.lastElementChild?.remove();
  if (name === 'election:won') show('announcer', NEWS[name](data));
}
