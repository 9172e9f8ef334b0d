/**
 * Payments as lines of a CSV file, with the columns of the JSON. Times have the hospital's UTC
 * offset, so they start with its day.
 */
import type { Payment } from '../../shared/contracts/payment.js';
import { csvHead, csvLine } from '../../shared/csv.js';
import { momentIn } from '../../shared/time-zone.js';

export const CSV_COLUMNS = [
  'id',
  'status',
  'exit_granted',
  'patientId',
  'amountMinor',
  'currency',
  'concept',
  'batchId',
  'redriveOf',
  'acceptedBy',
  'acceptedAt',
  'processedBy',
  'term',
  'attempts',
  'reason',
  'completedAt',
  'latencyMs',
  'kind',
  'of',
] as const satisfies readonly (keyof Payment)[];

export const csvHeader = (): string => csvHead(CSV_COLUMNS);

const localMoment = (timeZone: string, at: string | null): string | null =>
  at === null ? null : momentIn(timeZone, new Date(at));

export function csvPayment(payment: Payment, timeZone: string): string {
  const acceptedAt = momentIn(timeZone, new Date(payment.acceptedAt));
  const shown = { ...payment, acceptedAt, completedAt: localMoment(timeZone, payment.completedAt) };
  return csvLine(CSV_COLUMNS.map((column) => shown[column]));
}
