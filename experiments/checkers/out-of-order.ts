/**
 * Out of order (I7): a patient's payment was committed before an earlier one of the same patient.
 */
import type { PaymentRow } from '../record/history.js';
import type { Checker } from './recorded.js';

export const findOutOfOrder: Checker = ({ payments }) => {
  const latest = new Map<string, number>();
  const overtaken: string[] = [];
  for (const { id, patientId, completedMs } of inOrderOfAcceptance(payments)) {
    if (completedMs === null) continue;
    const before = latest.get(patientId) ?? -Infinity;
    if (completedMs < before) overtaken.push(id);
    else latest.set(patientId, completedMs);
  }
  return overtaken;
};

/** The table is read in this order; a history in another order is sorted. */
function inOrderOfAcceptance(payments: Iterable<PaymentRow>): Iterable<PaymentRow> {
  let last = -Infinity;
  for (const { seq } of payments) {
    if (seq < last) return [...payments].sort((a, b) => a.seq - b.seq);
    last = seq;
  }
  return payments;
}
