/** Many payments in one request, as the reports fire them from Postman. */
import { z } from 'zod';
import { amountMinor, currency, id, memberId, term } from './ids.js';
import { listedPayment, paymentStatus } from './payment.js';

/** The most payments one batch may hold. */
export const BATCH_MAX = 100_000;
const timeoutMs = z.int().min(0).max(600_000);

export const countedBatch = z.strictObject({
  count: z.int().min(1).max(BATCH_MAX),
  patientId: id.optional(),
  amountMinor: amountMinor.optional(),
  currency: currency.optional(),
  timeoutMs: timeoutMs.optional(),
});
export const listedBatch = z.strictObject({
  payments: z.array(listedPayment).min(1).max(BATCH_MAX),
  timeoutMs: timeoutMs.optional(),
});
export type CountedBatch = z.infer<typeof countedBatch>;
export type ListedBatch = z.infer<typeof listedBatch>;

export const batchPayment = z.object({
  id,
  status: paymentStatus,
  exit_granted: z.boolean(),
  processedBy: memberId.nullable(),
  term: term.nullable(),
  attempts: z.int(),
  latencyMs: z.number().nullable(),
});

export const batch = z.object({
  batchId: id,
  sent: z.int(),
  succeeded: z.int(),
  declined: z.int(),
  failed: z.int(),
  pending: z.int(),
  /** succeeded / sent, 0 to 1. */
  availability: z.number(),
  payments: z.array(batchPayment),
});
export type Batch = z.infer<typeof batch>;
