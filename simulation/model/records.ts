/**
 * The stored data of the models: rows, votes, jobs. Shared with the rules and checks that judge
 * them.
 */
import type { FinalStatus, PaymentKind } from '../../shared/contracts/payment.js';
import type { Parcel } from '../../shared/queue/queue.js';

/** A row of `payment`. */
export interface SimulatedRow {
  readonly id: string;
  readonly seq: number;
  readonly key: string;
  readonly patientId: string;
  readonly acceptedMs: number;
  readonly kind: PaymentKind;
  /** The id of the charge or authorization of an operation; null: the row is one itself. */
  readonly of: string | null;
  readonly amountMinor: number;
  cancelRequested: boolean;
  status: 'PENDING' | FinalStatus;
  attempts: number;
  nextAttemptMs: number | null;
  /** Time of its first failed attempt. */
  failingSinceMs: number | null;
  term: number | null;
  processedBy: string | null;
}

/** A row of `vote`. */
export interface Vote {
  monitor: string;
  term: number;
  castMs: number;
}

/** A job of the queue. */
export interface QueueJob {
  readonly id: number;
  readonly data: Parcel;
  /** Its holder; null: none, or its lock was removed. */
  token: string | null;
}

/** The answer to a fenced statement. */
export interface SimulatedWrite {
  held: boolean;
  ids: string[];
}

/** Or the reason why the database does not write it. */
export type AttemptResult =
  { written: SimulatedWrite } | { refused: string } | { locked: string[] };
