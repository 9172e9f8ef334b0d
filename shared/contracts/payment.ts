/** A payment on the wire. `exit_granted` is the field of the reports: the patient may leave. */
import { z } from 'zod';
import { amountMinor, currency, id, memberId, term, timestamp } from './ids.js';

export const PAYMENT_STATUSES = ['PENDING', 'SUCCEEDED', 'DECLINED', 'FAILED'] as const;
export const paymentStatus = z.enum(PAYMENT_STATUSES);
export type PaymentStatus = z.infer<typeof paymentStatus>;
/** The statuses that never change again. */
export type FinalStatus = Exclude<PaymentStatus, 'PENDING'>;

/**
 * The debt that a payment may settle. Such a payment is refused unless that much is due and no
 * pending payment covers it.
 */
const settlement = z.enum(['bill']);
export type Settlement = z.infer<typeof settlement>;

/** A payment of a batch; always a free payment. */
export const listedPayment = z.strictObject({
  patientId: id,
  amountMinor,
  currency,
  /** No control characters: PostgreSQL cannot store NUL. */
  concept: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}*$/u, 'must not hold control characters')
    .optional(),
});

export const paymentRequest = listedPayment.extend({ settles: settlement.optional() });
export type PaymentRequest = z.infer<typeof paymentRequest>;

/**
 * The answer to every question about one payment. Before the outcome, all fields after `acceptedAt`
 * are null and `attempts` is 0.
 */
export const payment = z.object({
  id,
  status: paymentStatus,
  exit_granted: z.boolean(),
  patientId: id,
  amountMinor,
  currency,
  concept: z.string().nullable(),
  batchId: id.nullable(),
  redriveOf: id.nullable(),
  acceptedBy: memberId,
  acceptedAt: timestamp,
  processedBy: memberId.nullable(),
  term: term.nullable(),
  attempts: z.int(),
  reason: z.string().nullable(),
  completedAt: timestamp.nullable(),
  /** From acceptance to the final status, in ms. */
  latencyMs: z.number().nullable(),
});
export type Payment = z.infer<typeof payment>;
