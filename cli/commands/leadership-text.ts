/** Formats the commands of the leadership: the state before, and the result. Pure. */
import { formatLaterTime } from '../later-time.js';
import { formatDuration } from '../output/format-time.js';
import { wrap, WIDTH } from '../output/table.js';

export interface HandoverAnswer {
  partition: number;
  term: number;
  leader: string;
  previous: string | null;
  drained: boolean;
  tookMs: number;
}

export interface StateAnswer {
  id: string;
  admin: string;
  reason: string;
  leader: string | null;
  term: number;
  /** When it returns to ready; null: an operator returns it. Omitted by an older monitor. */
  until?: string | null;
}

const joinNames = (words: readonly string[]): string =>
  words.length === 0 ? 'no replica' : words.join(', ');

/** The leader, and the replicas that may follow it. */
export function formatLeadership(
  leader: string | null,
  term: number,
  followers: readonly string[],
): string {
  const now = leader === null ? 'There is no leader now.' : `${leader} leads in term ${term}.`;
  return wrap(`${now} Possible next leaders: ${joinNames(followers)}.`, WIDTH).join('\n');
}

export function formatHandover({
  leader,
  term,
  previous,
  drained,
  tookMs,
}: HandoverAnswer): string {
  if (previous === leader) return `${leader} already leads, in term ${term}; nothing changed.`;
  const from = previous === null ? '' : `, after ${previous}`;
  const rest = drained
    ? ' The old leader finished its payments in flight.'
    : ' The new leader takes over the payments in flight.';
  return wrap(
    `${leader} leads in term ${term}${from}; the order took ${formatDuration(tookMs)}.${previous === null ? '' : rest}`,
    WIDTH,
  ).join('\n');
}

const WHAT_A_STATE_MEANS: Readonly<Record<string, string>> = {
  drain: 'finishes its payments, hands over if it leads, accepts no new ones',
  maint: 'is out of service, and not elected',
  ready: 'may be elected',
};

/** The state of a replica, and the effect of the command. */
export function formatBeforeState(
  id: string,
  admin: string,
  state: string,
  leads: boolean,
  followers: readonly string[],
): string {
  const handsOver =
    leads && state !== 'ready'
      ? ` It leads now; possible next leaders: ${joinNames(followers)}.`
      : '';
  return wrap(
    `${id} is ${admin}. In ${state} it ${WHAT_A_STATE_MEANS[state] ?? state}.${handsOver}`,
    WIDTH,
  ).join('\n');
}

/** ` until 2026-11-30 02:00:00 UTC (in 2 h)`; '' without an end. */
export const formatUntil = (until: string | null | undefined, now: Date): string =>
  until ? ` until ${formatLaterTime(until, now)}` : '';

/** @param before the leader before the command. */
export function formatState(
  { id, admin, leader, term, until }: StateAnswer,
  before: string | null,
  now: Date,
): string {
  const leads =
    leader === null
      ? 'There is no leader'
      : `${leader} leads${leader === before ? '' : ' now'}, in term ${term}`;
  return wrap(`${id} is set to ${admin}${formatUntil(until, now)}. ${leads}.`, WIDTH).join('\n');
}
