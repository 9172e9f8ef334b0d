/**
 * The arithmetic of a batch: which payments a batch contains, and how many have which status.
 * Payments are planned one index at a time, so that 100,000 planned payments are never in memory
 * together.
 */
import type { Batch, CountedBatch, ListedBatch } from '../../shared/contracts/batch.js';
import type { PaymentRecord } from './payment-record.js';
import { isPaid } from '../../shared/core/paid.js';
import { latencyMs } from './payment-record.js';

/** The contents of one payment of a batch. */
interface BatchItem {
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

export const isListed = (body: CountedBatch | ListedBatch): body is ListedBatch =>
  'payments' in body;

/**
 * @param known the patients over which a counted batch without a patient is spread, in turn; must
 *   not be empty in that case.
 */
export function planBatch(
  body: CountedBatch | ListedBatch,
  known: readonly string[],
  defaults: BatchDefaults,
): BatchPlan {
  if (isListed(body)) {
    const item = (index: number): BatchItem => {
      const { patientId, amountMinor, currency, concept } = body.payments[
        index
      ] as ListedBatch['payments'][number];
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

/** The indexes of the unknown patients in a list. */
export function unknownIndexes(
  patientIds: readonly string[],
  known: ReadonlySet<string>,
): number[] {
  return patientIds.flatMap((id, index) => (known.has(id) ? [] : [index]));
}

/** The fields of a payment that the document of a batch needs. */
export type BatchRow = Pick<
  PaymentRecord,
  'id' | 'status' | 'kind' | 'currency' | 'processedBy' | 'term' | 'attempts'
> & {
  /** In ms since 1970. */
  acceptedMs: number;
  /** Null: pending. */
  completedMs: number | null;
};

export const toBatchPayment = (row: BatchRow): Batch['payments'][number] => ({
  id: row.id,
  status: row.status,
  exit_granted: row.status === 'SUCCEEDED' && isPaid(row),
  processedBy: row.processedBy,
  term: row.term,
  attempts: row.attempts,
  latencyMs: latencyMs(row.acceptedMs, row.completedMs),
});

/**
 * The counts of a batch. Payments that are not stored yet, because acceptance was interrupted,
 * count as pending.
 */
export function tallyBatch(
  batchId: string,
  sent: number,
  payments: readonly Pick<BatchRow, 'status'>[],
): Omit<Batch, 'payments'> {
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
