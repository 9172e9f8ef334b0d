/** What goes into the line of parcels (parcel-line.ts), and what it asks for. */
import type { PendingPayment } from '../../shared/ledger.js';
import type { Statement } from './commit-lane.js';
import type { FinalOutcome } from './parcel.js';
import type { RetryPolicy } from './retry.js';
import type { SetAsideReason } from './set-aside.js';

/** What one term is asked to do; `work` is the number under which the caller brought the parcel. */
export type WorkEffect =
  /** For this parcel and, with more ids, for those behind it. */
  | { type: 'load'; work: number; ids: readonly string[]; beyond: ReadonlyMap<string, number> }
  /** `last`: no further attempt is planned. */
  | { type: 'charge'; work: number; index: number; payment: PendingPayment; last: boolean }
  | Statement
  /** These got their final status now, and who waits may be told. */
  | { type: 'announce'; outcomes: readonly FinalOutcome[] }
  /** A payment is due again in `ms`. */
  | { type: 'wake'; ms: number }
  /** The record did not take these payments: they wait, and the others go on. */
  | { type: 'set-aside'; ids: readonly string[]; reason: SetAsideReason; error: string }
  /** `claimed`: the payments of the parcel that were worked on; 0: the parcel changed nothing. */
  | { type: 'done'; work: number; claimed: number }
  | { type: 'failed'; work: number; error: unknown };

/** When an input happens, and chance for the waits. */
export interface Moment {
  /** Monotonic ms. */
  nowMs: number;
  /** Uniform in [0, 1). */
  draw: () => number;
}

/** The answer to a fenced statement. */
export interface Written {
  held: boolean;
  ids: readonly string[];
}

export interface LineOptions {
  term: number;
  policy: RetryPolicy;
  /** Monotonic ms. */
  startMs: number;
  /** With so many payments in flight nothing more is loaded; left out: no bound. A next leader may have to ask for all of them again. */
  inFlightMax?: number;
}
