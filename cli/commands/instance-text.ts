/** Formats the states of patients instances behind a load balancer, within 80 columns. Pure. */
import type { StatusSummary } from '../../shared/contracts/status.js';
import { formatTable, WIDTH, wrap } from '../output/table.js';
import { formatUntil } from './leadership-text.js';

export interface AppliedState {
  id: string;
  admin: string;
  reason: string;
  /** The view of the balancer. */
  balancer: string;
  /** When it returns to ready; null: an operator returns it. Omitted by an older monitor. */
  until?: string | null;
}

const STATE_EFFECTS: Readonly<Record<string, string>> = {
  drain: 'keeps its clients and gets no new ones',
  maint: 'receives nothing; its clients continue on other instances',
  ready: 'gets new clients',
};

/** The state of an instance, and the effect of the command. */
export const formatBeforeInstanceState = (id: string, admin: string, state: string): string =>
  wrap(`${id} is ${admin}. In ${state} it ${STATE_EFFECTS[state] ?? state}.`, WIDTH).join('\n');

export function formatInstanceState(
  { id, admin, balancer, until }: AppliedState,
  now: Date,
): string {
  const view = balancer === 'unknown' ? '' : ` For the balancer it is ${balancer}.`;
  const text = `${id} is set to ${admin} in the balancer${formatUntil(until, now)}.${view}`;
  return wrap(text, WIDTH).join('\n');
}

/** The instances with their three states, and the balancer; no lines without a balancer. */
export function formatInstances(
  { patients, balancer }: StatusSummary,
  paintState: (word: string) => string,
): string[] {
  if (balancer === null) return [];
  const rows = patients.map(({ id, admin, observed, balancer: view }) => [
    id,
    ...[admin, observed, view].map((word) => (word === undefined ? '-' : paintState(word))),
  ]);
  const silent = balancer.answers === false;
  return [
    ...formatTable(['instance', 'admin', 'observed', balancer.name ?? 'balancer'], rows, '  '),
    ...(silent ? [`  The balancer does not answer.`] : []),
    '',
  ];
}
