/** Many payments in one request, the way the reports send them from Postman. */
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
/**
 * Most wrong payments described in an answer: describing 100,000 takes seconds, and all other
 * requests would wait.
 */
const WRONG_MAX = 20;

/**
 * The payments of a list, or the errors of the first wrong ones. Validation stops after `WRONG_MAX`
 * wrong payments.
 */
const payments = z
  .array(z.unknown())
  .min(1)
  .max(BATCH_MAX)
  .transform((items, context) => {
    const valid: z.output<typeof listedPayment>[] = [];
    let wrong = 0;
    for (const [index, item] of items.entries()) {
      const result = listedPayment.safeParse(item);
      if (result.success) valid.push(result.data);
      else
        for (const { path, message } of result.error.issues)
          context.addIssue({ code: 'custom', path: [index, ...path], message });
      if (!result.success && (wrong += 1) === WRONG_MAX) break;
    }
    return wrong > 0 ? z.NEVER : valid;
  });

/** Validates request bodies; the OpenAPI document shows `listedBatch` instead. */
export const listedBatchBody = z.strictObject({ ...listedBatch.shape, payments });
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
