/**
 * Ledgers differ: a movement of the gateway has another kind, amount or payment than the row with
 * its key. Rows without a movement, and movements without a row, have rules of their own.
 */
import type { Checker } from './recorded.js';

export const findLedgersDiffer: Checker = ({ charges, rowById }) => {
  const ids = new Set<string>();
  for (const { key, status, kind = 'charge', of = null, amountMinor } of charges ?? []) {
    const row = rowById.get(key);
    if (status !== 'approved' || row === undefined) continue;
    const isSame =
      kind === (row.kind ?? 'charge') &&
      of === (row.of ?? null) &&
      (amountMinor ?? row.amountMinor) === (row.amountMinor ?? amountMinor);
    if (!isSame) ids.add(key);
  }
  return [...ids];
};
