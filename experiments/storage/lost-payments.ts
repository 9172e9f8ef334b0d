/** Lists each lost payment with the answer to its client and the record of the gateway. Pure. */
import { findLost } from '../checkers/lost.js';
import { indexEvidence } from '../checkers/recorded.js';
import type { ChargeRow, RequestRecord, RunEvidence } from '../record/history.js';

/** A payment that a client knows by a 2xx, and that has no row. */
export interface LostPayment {
  id: string;
  key: string;
  /** Due time; wall clock, ms since 1970. */
  intendedMs: number;
  httpStatus: number | null;
  /** Status according to the response. */
  status: RequestRecord['status'];
  /** The gateway's last entry; null: it has none, or has no ledger. */
  charge: ChargeRow['status'] | null;
}

/** In order of their due times. */
export function listLostPayments(evidence: RunEvidence): LostPayment[] {
  const lost = new Set(findLost(indexEvidence(evidence, true)));
  const charges = new Map((evidence.charges ?? []).map(({ key, status }) => [key, status]));
  return evidence.requests
    .flatMap(({ paymentId: id, key, intendedMs, httpStatus, status }) =>
      id !== null && lost.has(id)
        ? [{ id, key, intendedMs, httpStatus, status, charge: charges.get(id) ?? null }]
        : [],
    )
    .sort((a, b) => a.intendedMs - b.intendedMs);
}
