/** The list of lost payments: its beginning for the terminal, all of it as a file. Pure. */
import type { LostPayment } from '../storage/lost-payments.js';
import { toCsvLine } from './csv.js';
import { formatTable } from './table.js';

/** Name of the file with all lost payments. */
export const LOST_FILE = 'lost-payments.csv';
/** Number of payments in the terminal. */
const SHOWN = 10;

const COLUMNS = ['payment_id', 'key', 'due', 'http_status', 'status', 'charge'] as const;

/** Lines for the terminal; none when no payment is lost. */
export function lostLines(lost: readonly LostPayment[]): string[] {
  if (lost.length === 0) return [];
  const rows = lost
    .slice(0, SHOWN)
    .map(({ id, intendedMs, httpStatus, status, charge }) => [
      id,
      new Date(intendedMs).toISOString().slice(11, 23),
      `${httpStatus ?? ''} ${status ?? ''}`,
      charge ?? 'none',
    ]);
  const rest = lost.length - rows.length;
  return [
    formatTable(['lost payment', 'due, UTC', 'answer', 'charge'], rows),
    ...(rest > 0 ? [`… and ${rest} more in ${LOST_FILE} of the report`] : []),
    '',
  ];
}

/** The file with all lost payments; none when no payment is lost. */
export const lostFiles = (lost: readonly LostPayment[]): Record<string, string> =>
  lost.length === 0
    ? {}
    : {
        [LOST_FILE]: [
          toCsvLine(COLUMNS),
          ...lost.map(({ id, key, intendedMs, httpStatus, status, charge }) =>
            toCsvLine([
              id,
              key,
              new Date(intendedMs).toISOString(),
              httpStatus ?? '',
              status ?? '',
              charge ?? '',
            ]),
          ),
        ].join(''),
      };
