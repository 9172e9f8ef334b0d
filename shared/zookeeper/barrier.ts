/**
 * The barrier and the counter of rounds, as operations for transactions. Guarantees, when only
 * leaders use them and with the `exists` condition of their own election node:
 *
 * - A round is opened once: the barrier is created in the transaction that checks that the counter
 *   did not change since it was read.
 * - A round is finished once, and the counter never goes back: it is written on the condition of
 *   its version, together with the removal of the barrier.
 */
import type { NodeOperation } from './transaction.js';

/** The counter as it was read. */
export interface ReadCounter {
  path: string;
  version: number;
}

/** Raises the barrier. @param text data of the barrier. */
export const raiseBarrier = (path: string, text: string, counter: ReadCounter): NodeOperation[] => [
  { kind: 'unchanged', ...counter },
  { kind: 'create', path, text, mode: 'persistent' },
];

/** Lifts the barrier and counts the finished round. */
export const liftBarrier = (
  path: string,
  counter: ReadCounter,
  finished: number,
): NodeOperation[] => [
  { kind: 'write', ...counter, text: String(finished) },
  { kind: 'remove', path },
];
