/**
 * Sets aside the payments that PostgreSQL did not accept, and defers later payments of the same
 * patients that are in the commit queue.
 */
import type { PendingPayment } from '../../shared/postgres/ledger.js';
import type { Blocked, PaymentRef } from './blocked.js';
import type { CommitQueue, Revision } from './commit-queue.js';
import type { FinalOutcome, Wait } from './parcel.js';
import type { SetAside, SetAsideReason } from './set-aside.js';
import type { WorkEffect } from './work-effects.js';

/** A payment that was charged and whose outcome is not written yet. */
type Unwritten = PaymentRef & { attempts: number };

export interface Fault {
  ids: readonly string[];
  reason: SetAsideReason;
  /** Written to `last_error`. */
  error: string;
}

export interface WithholdInput {
  commitQueue: CommitQueue;
  blocked: Blocked;
  aside: SetAside;
  payments: ReadonlyMap<string, Unwritten>;
  /**
   * When the earlier payment of the patient is due that a payment must wait for, monotonic ms;
   * null: there is none.
   */
  getPredecessorDueMs: (payment: PaymentRef) => number | null;
}

const toWait = ({ id, attempts }: Unwritten, waitMs: number, lastError: string | null): Wait => ({
  id,
  attempts,
  waitMs: Math.max(0, waitMs),
  lastError,
});

/** @returns the wait until the next attempt, in ms. */
export function withhold(
  input: WithholdInput,
  { ids, reason, error }: Fault,
  nowMs: number,
): number {
  const { commitQueue, blocked, aside, payments, getPredecessorDueMs } = input;
  // A locked row cannot be deferred either. The same holds for a row whose deferral the database
  // refused.
  const isDeferred = commitQueue.getStatement()?.type === 'commit' && reason === 'refused';
  const waits = new Map(ids.map((id): [string, number] => [id, aside.add(id, reason, nowMs)]));
  for (const [id, waitMs] of waits) {
    const payment = payments.get(id);
    if (payment) blocked.add(payment, nowMs + waitMs);
  }
  const judge = ({ id }: FinalOutcome): Revision => {
    const payment = payments.get(id);
    const waitMs = waits.get(id);
    if (waitMs !== undefined)
      return payment && isDeferred ? toWait(payment, waitMs, error) : 'drop';
    const dueMs = payment ? getPredecessorDueMs(payment) : null;
    if (!payment || dueMs === null) return 'keep';
    blocked.add(payment, dueMs);
    return toWait(payment, dueMs - nowMs, null);
  };
  if (!isDeferred) commitQueue.dropWaits(new Set(ids));
  commitQueue.revise(judge);
  return Math.min(...waits.values());
}

export interface Unreadable {
  waits: Wait[];
  effects: WorkEffect[];
}

/**
 * An amount beyond 2^53 is not read exactly: such a payment is not charged, and later ones of its
 * patient wait.
 */
export function withholdUnreadable(
  aside: SetAside,
  rows: readonly PendingPayment[],
  nowMs: number,
): Unreadable {
  const unreadable = rows.filter(({ id, amountMinor, waitMs }) => {
    return !Number.isSafeInteger(amountMinor) && waitMs === 0 && aside.waitMs(id, nowMs) === 0;
  });
  const error = 'the amount is too large to read exactly';
  const waits = unreadable.map((payment) =>
    toWait(payment, aside.add(payment.id, 'refused', nowMs), error),
  );
  const effects = waits.map(({ id }): WorkEffect => ({
    type: 'set-aside',
    ids: [id],
    reason: 'refused',
    error,
  }));
  return { waits, effects };
}
