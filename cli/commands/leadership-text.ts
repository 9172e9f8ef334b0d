/** Moving the leadership, in words: what stands before, what came of it. Pure. */
import { duration } from '../clock-text.js';
import { wrap, WIDTH } from '../table.js';

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
}

const listed = (words: readonly string[]): string => (words.length === 0 ? 'nobody' : words.join(', '));

/** Who leads, and who may follow. */
export function sceneText(leader: string | null, term: number, followers: readonly string[]): string {
  const now = leader === null ? 'Nobody leads now.' : `${leader} leads in term ${term}.`;
  return wrap(`${now} May follow: ${listed(followers)}.`, WIDTH).join('\n');
}

export function handoverText({ leader, term, previous, drained, tookMs }: HandoverAnswer): string {
  if (previous === leader) return `${leader} leads already, in term ${term}; nothing moved.`;
  const from = previous === null ? '' : `, after ${previous}`;
  const rest = drained ? ' What it had begun was finished first.' : ' What it had begun goes to the new leader.';
  return wrap(`${leader} leads in term ${term}${from}; it took ${duration(tookMs)}.${previous === null ? '' : rest}`, WIDTH).join('\n');
}

const WHAT_A_STATE_MEANS: Readonly<Record<string, string>> = {
  drain: 'finishes what it has, hands over if it leads, takes nothing new',
  maint: 'is out of service, and not elected',
  ready: 'may be elected',
};

/** What is about to be done to a replica. */
export function stateScene(id: string, admin: string, state: string, leads: boolean, followers: readonly string[]): string {
  const handsOver = leads && state !== 'ready' ? ` It leads now; may follow: ${listed(followers)}.` : '';
  return wrap(`${id} is ${admin}. In ${state} it ${WHAT_A_STATE_MEANS[state] ?? state}.${handsOver}`, WIDTH).join('\n');
}

export function stateText({ id, admin, leader, term }: StateAnswer, before: string | null): string {
  const leads = leader === null ? 'Nobody leads' : `${leader} leads${leader === before ? '' : ' now'}, in term ${term}`;
  return `${id} is set to ${admin}. ${leads}.`;
}
