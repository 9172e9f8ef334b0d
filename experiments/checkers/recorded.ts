/**
 * The input of the checkers: a recorded history that can be iterated, and the one index that most
 * of them need. Nothing is copied: a history of a million payments costs one map from ids to its
 * rows.
 */
import type { ChargeRow, RecordedElection, PaymentRow, RequestRecord } from '../record/history.js';

/**
 * Implemented by `Evidence` and by a history read from a file, one record at a time. Each part may
 * be iterated several times.
 */
export interface Recorded {
  requests: Iterable<RequestRecord>;
  /** Requests for captures, voids and refunds. Absent: none. */
  operations?: Iterable<RequestRecord>;
  payments: Iterable<PaymentRow>;
  /** Null: no ledger could be read, so nothing is known about charges. */
  charges: Iterable<ChargeRow> | null;
  elections: Iterable<RecordedElection>;
  /** Payments whose ledger does not sum to zero. Absent: not read. */
  unbalanced?: Iterable<string>;
}

export interface Indexed extends Recorded {
  rowById: ReadonlyMap<string, PaymentRow>;
  /** Whether nothing was pending or in flight when the evidence was collected. */
  rested: boolean;
}

/** A rule: returns the ids that break it, each once. */
export type Checker = (history: Indexed) => string[];

export const FINAL: ReadonlySet<string | null> = new Set(['SUCCEEDED', 'DECLINED', 'FAILED']);

export function indexEvidence(history: Recorded, rested: boolean): Indexed {
  const rowById = new Map<string, PaymentRow>();
  for (const row of history.payments) rowById.set(row.id, row);
  const { requests, operations = [], payments, charges, elections, unbalanced = [] } = history;
  const read = { requests, operations, payments, charges, elections, unbalanced };
  return { ...read, rowById, rested };
}

/** Every response to a client, also about captures, voids and refunds. */
export function* readResponses({ requests, operations }: Recorded): Generator<RequestRecord> {
  yield* requests;
  yield* operations ?? [];
}

/** Keys (payment ids) of the approved charges, one per charge. */
export function* findApprovedKeys({ charges }: Recorded): Generator<string> {
  for (const { key, status } of charges ?? []) if (status === 'approved') yield key;
}

/** Values that occur more than once, each once. */
export function findRepeated(values: Iterable<string>): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const value of values) (seen.has(value) ? twice : seen).add(value);
  return [...twice];
}
