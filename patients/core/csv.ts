/**
 * Rows as RFC 4180 text. A cell that a spreadsheet would take for a formula is prefixed with an apostrophe.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
import type { Payment } from '../../shared/contracts/payment.js';

export const CSV_COLUMNS = [
  'id', 'status', 'exit_granted', 'patientId', 'amountMinor', 'currency', 'concept', 'batchId', 'redriveOf', 'acceptedBy', 'acceptedAt',
  'processedBy', 'term', 'attempts', 'reason', 'completedAt', 'latencyMs',
] as const satisfies readonly (keyof Payment)[];

/** null is an empty cell. Tab and carriage return can start a formula too. */
export function csvCell(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line, with its CRLF. */
export const csvLine = (cells: readonly (string | number | boolean | null)[]): string => `${cells.map(csvCell).join(',')}\r\n`;

export const csvHeader = (): string => csvLine(CSV_COLUMNS);
export const csvPayment = (payment: Payment): string => csvLine(CSV_COLUMNS.map((column) => payment[column]));
