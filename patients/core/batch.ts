/**
 * The arithmetic of a batch: which payments it means, and what has become of them. Payments are planned one index at a
 * time, so that a hundred thousand of them are never held before they are needed.
 */
import type { Batch, CountedBatch, ListedBatch } from '../../shared/contracts/batch.js';
import type { PaymentRecord } from './payment-record.js';
import { latencyMs } from './payment-record.js';

/** What one payment of a batch is about. */
export interface BatchItem {
  patientId: string;
  amountMinor: number;
  currency: string;
  concept: string | null;
}

export interface BatchPlan {
  sent: number;
  /** @param index 0 to `sent` - 1. */
  item(index: number): BatchItem;
}

export interface BatchDefaults {
  amountMinor: number;
  currency: string;
}

export const isListed = (body: CountedBatch | ListedBatch): body is ListedBatch => 'payments' in body;

/** @param known the patients a counted batch without one is spread over, in turn; not empty in that case. */
export function planBatch(body: CountedBatch | ListedBatch, known: readonly string[], defaults: BatchDefaults): BatchPlan {
  if (isListed(body)) {
    const item = (index: number): BatchItem => {
      const { patientId, amountMinor, currency, concept } = body.payments[index] as ListedBatch['payments'][number];
      return { patientId, amountMinor, currency, concept: concept ?? null };
    };
    return { sent: body.payments.length, item };
  }
  const patients = body.patientId === undefined ? known : [body.patientId];
  const item = (index: number): BatchItem => ({
    patientId: patients[index % patients.length] as string,
    amountMinor: body.amountMinor ?? defaults.amountMinor,
    currency: body.currency ?? defaults.currency,
    concept: null,
  });
  return { sent: body.count, item };
}

/** Where in a list the patients are named that nobody knows. */
export function unknownIndexes(patientIds: readonly string[], known: ReadonlySet<string>): number[] {
  return patientIds.flatMap((id, index) => (known.has(id) ? [] : [index]));
}

/** What the document of a batch needs of each payment. */
export type BatchRow = Pick<PaymentRecord, 'id' | 'status' | 'processedBy' | 'term' | 'attempts' | 'acceptedAt' | 'completedAt'>;

export const batchPayment = (row: BatchRow): Batch['payments'][number] => ({
  id: row.id,
  status: row.status,
  exit_granted: row.status === 'SUCCEEDED',
  processedBy: row.processedBy,
  term: row.term,
  attempts: row.attempts,
  latencyMs: latencyMs(row),
});

/** The numbers of a batch. What was sent and is not there yet, because its acceptance was interrupted, counts as pending. */
export function tallyBatch(batchId: string, sent: number, payments: readonly Pick<BatchRow, 'status'>[]): Omit<Batch, 'payments'> {
  const counts = { PENDING: 0, SUCCEEDED: 0, DECLINED: 0, FAILED: 0 };
  for (const { status } of payments) counts[status] += 1;
  return {
    batchId,
    sent,
    succeeded: counts.SUCCEEDED,
    declined: counts.DECLINED,
    failed: counts.FAILED,
    pending: sent - counts.SUCCEEDED - counts.DECLINED - counts.FAILED,
    availability: counts.SUCCEEDED / sent,
  };
}
