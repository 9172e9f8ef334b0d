/** What the models keep, as plain data: rows, votes, jobs. Shared with the rules and the checks, which judge them. */
import type { FinalStatus } from '../../../shared/contracts/payment.js';
import type { Parcel } from '../../../shared/queue.js';

/** A row of `payment`. */
export interface Row {
  readonly id: string;
  readonly seq: number;
  readonly key: string;
  readonly patientId: string;
  readonly acceptedMs: number;
  status: 'PENDING' | FinalStatus;
  attempts: number;
  nextAttemptMs: number | null;
  /** When its first attempt failed. */
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
export interface Job {
  readonly id: number;
  readonly data: Parcel;
  /** Who holds it; null: nobody, or its lock was taken away. */
  token: string | null;
}

/** The answer to a fenced statement. */
export interface Written {
  held: boolean;
  ids: string[];
}

/** Or why the record does not take it. */
export type Attempted = { written: Written } | { refused: string } | { locked: string[] };
