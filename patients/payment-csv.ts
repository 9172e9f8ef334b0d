/** Payments as lines of a CSV file: the columns are those of the JSON. */
import type { Payment } from '../shared/contracts/payment.js';
import { csvLine } from '../shared/csv.js';

export const CSV_COLUMNS = [
  'id', 'status', 'exit_granted', 'patientId', 'amountMinor', 'currency', 'concept', 'batchId', 'redriveOf', 'acceptedBy', 'acceptedAt',
  'processedBy', 'term', 'attempts', 'reason', 'completedAt', 'latencyMs',
] as const satisfies readonly (keyof Payment)[];

export const csvHeader = (): string => csvLine(CSV_COLUMNS);
export const csvPayment = (payment: Payment): string => csvLine(CSV_COLUMNS.map((column) => payment[column]));
