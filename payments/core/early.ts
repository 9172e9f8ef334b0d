/**
 * Chooses the payments that the successor of a planned hand-over charges before its term begins,
 * while the leader finishes. Nothing is committed early: the next leader commits them under its own
 * term. When the hand-over does not happen, the leader charges them with the same keys (I6).
 */
import type { PendingPayment } from '../../shared/postgres/ledger.js';

/** A first attempt to charge that nothing delays. */
const isPlain = ({ attempts, failingMs, waitMs, kind, cancelRequested }: PendingPayment): boolean =>
  attempts === 0 &&
  failingMs === 0 &&
  waitMs === 0 &&
  (kind === undefined || kind === 'charge') &&
  cancelRequested !== true;

/**
 * @param rows pending payments, oldest first, with the earlier ones of the same patients.
 * @param queued ids in the parcels of the queue.
 * @param inFlight ids that the leader had not finished when it fetched nothing more.
 * @returns those to charge: of each patient, the ones before the first that must not be charged.
 */
export function selectEarly(
  rows: readonly PendingPayment[],
  queued: Pick<ReadonlySet<string>, 'has'>,
  inFlight: Pick<ReadonlySet<string>, 'has'>,
): PendingPayment[] {
  const held = new Set<string>();
  return rows.filter((row) => {
    if (held.has(row.patientId)) return false;
    const isFree = queued.has(row.id) && !inFlight.has(row.id) && isPlain(row);
    if (!isFree) held.add(row.patientId);
    return isFree;
  });
}
