/** The inputs and effects of the parcel pipeline (parcel-pipeline.ts). */
import type { PendingPayment } from '../../shared/postgres/ledger.js';
import type { Statement } from './commit-queue.js';
import type { FinalOutcome } from './parcel.js';
import type { RetryPolicy } from './retry.js';
import type { SetAsideReason } from './set-aside.js';

/**
 * An effect to carry out for one term; `work` is the number under which the caller added the
 * parcel.
 */
export type WorkEffect =
  /** Loads this parcel and, when there are more ids, the ones after it. */
  | { type: 'load'; work: number; ids: readonly string[]; afterSeq: ReadonlyMap<string, number> }
  /** `last`: no further attempt is planned. */
  | { type: 'charge'; work: number; index: number; payment: PendingPayment; last: boolean }
  | Statement
  /** These payments got their final status now: notify the callers that wait. */
  | { type: 'announce'; outcomes: readonly FinalOutcome[] }
  /** A payment is due again in `ms`. */
  | { type: 'wake'; ms: number }
  /** PostgreSQL did not accept these payments: they wait, and the others continue. */
  | { type: 'set-aside'; ids: readonly string[]; reason: SetAsideReason; error: string }
  /** `claimed`: how many payments of the parcel were processed; 0: the parcel changed nothing. */
  | { type: 'done'; work: number; claimed: number }
  | { type: 'failed'; work: number; error: unknown };

/** The effect of one type. */
export type EffectOf<T extends WorkEffect['type']> = Extract<WorkEffect, { type: T }>;

/** The time of an input, and the random draw for waits. */
export interface PipelineTime {
  /** Monotonic ms. */
  nowMs: number;
  /** Uniform in [0, 1). */
  draw: () => number;
}

/**
 * The result of a fenced statement. `held`: whether the fence held. `ids`: the payments that it
 * wrote.
 */
export interface Written {
  held: boolean;
  ids: readonly string[];
}

export interface PipelineOptions {
  term: number;
  policy: RetryPolicy;
  /** Monotonic ms. */
  startMs: number;
  /**
   * Limit of payments in flight: at this number no parcel is loaded. Default: no limit. A successor
   * may have to ask for all of them again.
   */
  inFlightMax?: number;
}
