/**
 * The parcels to load: one load at a time, because each load must know the claims of the one
 * before. Parcels that arrive during a load are loaded together.
 */
import type { PendingPayment } from '../../shared/postgres/ledger.js';
import type { Blocked } from './blocked.js';
import type { InFlight } from './in-flight.js';
import type { SetAside } from './set-aside.js';
import { groupEnd } from './share-rows.js';
import type { Work } from './work.js';

/** A load of PostgreSQL reads only payments after these `seq`, by patient. */
export type LoadBounds = ReadonlyMap<string, number>;

export class LoadQueue {
  /** The bounds of the current load, or of the last one. */
  bounds: LoadBounds = new Map();
  private waiting: Work[] = [];
  private loading: readonly Work[] = [];

  add(work: Work): void {
    this.waiting.push(work);
  }

  get isLoading(): boolean {
    return this.loading.length > 0;
  }

  /** Whether no parcel is being loaded or waits for its load. */
  get isIdle(): boolean {
    return !this.isLoading && this.waiting.length === 0;
  }

  /** Begins the next load. @returns its parcels. */
  next(): readonly Work[] {
    this.loading = this.waiting.splice(0, groupEnd(this.waiting));
    return this.loading;
  }

  /** Takes the parcels whose load ended; none when `number` does not name the current load. */
  takeLoaded(number: number): readonly Work[] {
    const loaded = this.loading;
    if (loaded[0]?.number !== number) return [];
    this.loading = [];
    return loaded;
  }

  /** Takes the parcels that no load has covered yet. */
  takeWaiting(): Work[] {
    return this.waiting.splice(0);
  }
}

/**
 * The bounds of the next load. Of each patient in flight, all payments up to this `seq` are in
 * flight, so a load need not return them. A deferred payment is not in flight and lowers the
 * bound: otherwise it would not be loaded while later payments of its patient keep arriving.
 */
export function getLoadBounds(inFlight: InFlight, blocked: Blocked): LoadBounds {
  const bounds = inFlight.bounds();
  if (blocked.size === 0) return bounds;
  for (const [patientId, throughSeq] of bounds) {
    const lowest = blocked.lowestIdle(patientId, inFlight);
    if (lowest !== null && lowest <= throughSeq) bounds.set(patientId, lowest - 1);
  }
  return bounds;
}

/**
 * Applies the due time of payments that were set aside, even when the row says that they are due.
 */
export const applyDueTimes = (
  rows: readonly PendingPayment[],
  aside: SetAside,
  nowMs: number,
): readonly PendingPayment[] =>
  aside.size === 0
    ? rows
    : rows.map((row) => ({ ...row, waitMs: Math.max(row.waitMs, aside.waitMs(row.id, nowMs)) }));
