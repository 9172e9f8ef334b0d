/**
 * Admits a batch as a whole, before any of it is stored, or refuses it as a whole. A known batch
 * was admitted once and is completed regardless of the backlog. The room that a batch reserves in
 * the backlog is released part by part.
 */
import { Problem } from '../../shared/errors.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { Backlog } from './backlog.js';
import { refusedTotal } from '../metrics.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import { batchByKey } from '../records/payment-rows.js';

export interface BatchPlaceDeps {
  reads: Queryable;
  outcomes: Pick<Outcomes, 'room'>;
  backlog: Pick<Backlog, 'admit' | 'reserve' | 'settled' | 'refuse'>;
}

export interface BatchReservation {
  /** Reports that `count` more payments of the batch are stored. */
  stored(count: number): void;
  /** Reports that nothing more will be stored. */
  end(): void;
}

/** @throws Problem TOO_BUSY when fewer outcomes than `sent` can be awaited. */
export function requireWaitingRoom(outcomes: Pick<Outcomes, 'room'>, sent: number): void {
  if (outcomes.room >= sent) return;
  refusedTotal.inc({ reason: 'waiting' });
  throw new Problem('TOO_BUSY', 'Too many outcomes are being awaited already', {
    retryAfterSeconds: 1,
  });
}

/** @throws Problem TOO_BUSY · BACKLOG_FULL: nothing is stored */
export async function reserveBatch(
  deps: BatchPlaceDeps,
  sent: number,
  idempotencyKey: string,
): Promise<BatchReservation> {
  const { backlog, outcomes, reads } = deps;
  requireWaitingRoom(outcomes, sent);
  if (!backlog.admit(sent)) {
    if ((await batchByKey(reads, idempotencyKey)) === null) backlog.refuse(sent);
    backlog.reserve(sent);
  }
  let left = sent;
  return {
    stored(count) {
      left -= count;
      backlog.settled(count, count);
    },
    end() {
      backlog.settled(left, 0);
      left = 0;
    },
  };
}
