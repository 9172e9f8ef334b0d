/**
 * Beyond the payment (I10): a capture or a void without a hold, a capture above its authorization,
 * or refunds above the captured amount; by the gateway's ledger, or by the rows that succeeded.
 */
import { Books } from '../../simulation/invariants/books.js';
import type { ChargeRow, PaymentRow } from '../record/history.js';
import type { Checker } from './recorded.js';

type Movement = Pick<PaymentRow, 'id' | 'kind' | 'of' | 'amountMinor'>;

function* ofGateway(charges: Iterable<ChargeRow>): Generator<Movement> {
  for (const { key: id, status, of = null, ...rest } of charges)
    if (status === 'approved') yield { id, of, ...rest };
}

function* ofRows(payments: Iterable<PaymentRow>): Generator<Movement> {
  for (const row of payments) if (row.status === 'SUCCEEDED') yield row;
}

/** The movements that find no money to move. A record without an amount is left out. */
function findWrong(movements: Iterable<Movement>): string[] {
  const books = new Books('a ledger');
  const wrong: string[] = [];
  for (const { id, kind = 'charge', of = null, amountMinor } of movements)
    if (amountMinor !== undefined && books.post({ id, kind, of, amountMinor }) !== null)
      wrong.push(id);
  return wrong;
}

export const findBeyondPayment: Checker = ({ charges, payments }) => [
  ...new Set([...findWrong(ofGateway(charges ?? [])), ...findWrong(ofRows(payments))]),
];
