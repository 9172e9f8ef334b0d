/** The result of an action on each payment of a list: a word for the reader, and counts. Pure. */
import { pluralize } from '../../shared/format.js';
import { NO_INSTANCE, type ListAction, type Performed } from './list-operator.js';

/** `final`: the payment needs no cancellation any more, which is no error. */
type ListResult = 'done' | 'final' | 'refused' | 'notReached';
type ResultCounts = Record<ListResult, number>;

const DONE: Readonly<Record<ListAction, string>> = { redrive: 'retried', cancel: 'requested' };
const OTHERS = { final: 'already final', refused: 'refused', notReached: 'not reached' };

/** A payment that was marked before may be final by now, and patients answer with its status. */
export function toResult(action: ListAction, performed: Performed): ListResult {
  if (performed.ok)
    return action === 'cancel' && performed.payment.status !== 'PENDING' ? 'final' : 'done';
  if (performed.code === NO_INSTANCE) return 'notReached';
  return performed.code === 'NOT_CANCELLABLE' ? 'final' : 'refused';
}

export const isHarmless = (result: ListResult): boolean => result === 'done' || result === 'final';

export const toWord = (action: ListAction, result: ListResult): string =>
  result === 'done' ? DONE[action] : OTHERS[result];

export function countResults(action: ListAction, performed: readonly Performed[]): ResultCounts {
  const counts: ResultCounts = { done: 0, final: 0, refused: 0, notReached: 0 };
  for (const each of performed) counts[toResult(action, each)] += 1;
  return counts;
}

/** `3 payments: 2 requested, 1 already final.` */
export function resultText(action: ListAction, performed: readonly Performed[]): string {
  const counts = Object.entries(countResults(action, performed)) as [ListResult, number][];
  const parts = counts
    .filter(([, number]) => number > 0)
    .map(([result, number]) => `${number} ${toWord(action, result)}`);
  return `${pluralize(performed.length, 'payment')}: ${parts.join(', ')}.`;
}
