/**
 * A batch is let in as a whole, before anything of it is stored, or refused as a whole. One that is known was let in once and is
 * completed, however full it is now. The place it takes among what is accepted and not final is given back part by part.
 */
import { Problem } from '../shared/errors.js';
import type { Queryable } from '../shared/postgres.js';
import type { Backlog } from './backlog.js';
import { refusedTotal } from './metrics.js';
import type { Outcomes } from './outcomes.js';
import { batchByKey } from './payment-rows.js';

export interface BatchPlaceDeps {
  reads: Queryable;
  outcomes: Pick<Outcomes, 'room'>;
  backlog: Pick<Backlog, 'admit' | 'reserve' | 'settled' | 'refuse'>;
}

export interface BatchPlace {
  /** So many more of it are stored now. */
  stored(count: number): void;
  /** Nothing more will be stored. */
  end(): void;
}

/** @throws Problem TOO_BUSY · BACKLOG_FULL: nothing is stored */
export async function placeForBatch(deps: BatchPlaceDeps, sent: number, idempotencyKey: string): Promise<BatchPlace> {
  const { backlog, outcomes, reads } = deps;
  if (outcomes.room < sent) {
    refusedTotal.inc({ reason: 'waiting' });
    throw new Problem('TOO_BUSY', 'Too many payments are waited for already', { retryAfterSeconds: 1 });
  }
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
