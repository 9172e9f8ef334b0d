/**
 * A payment on the wire. `exit_granted` is the field of the reports: the patient may leave, as the
 * exit policy of patients (`EXIT_PASS`) decides.
 */
import { z } from 'zod';
import { amountMinor, currency, id, memberId, term, timestamp } from './ids.js';

export const PAYMENT_STATUSES = ['PENDING', 'SUCCEEDED', 'DECLINED', 'FAILED'] as const;
export const paymentStatus = z.enum(PAYMENT_STATUSES);
export type PaymentStatus = z.infer<typeof paymentStatus>;
/** The statuses that never change again. */
export type FinalStatus = Exclude<PaymentStatus, 'PENDING'>;

/**
 * A charge moves money at once; an authorization holds it. A capture, a void and a refund are
 * operations of one of the two.
 */
const PAYMENT_KINDS = ['charge', 'authorize', 'capture', 'void', 'refund'] as const;
export const paymentKind = z.enum(PAYMENT_KINDS);
export type PaymentKind = z.infer<typeof paymentKind>;
export const OPERATION_KINDS = ['capture', 'void', 'refund'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

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

export const paymentRequest = listedPayment.extend({
  settles: settlement.optional(),
  /** `manual`: holds the money; a later capture moves it. Default: `automatic`, moves it now. */
  capture: z.enum(['automatic', 'manual']).optional(),
});
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
  kind: paymentKind,
  /** The charge or authorization of an operation; null for a charge or an authorization. */
  of: id.nullable(),
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

/** How a charge or an authorization that succeeded has developed. */
const PAYMENT_STATES = [
  'authorized',
  'captured',
  'partially-refunded',
  'refunded',
  'voided',
] as const;
const paymentState = z.enum(PAYMENT_STATES);
export type PaymentState = z.infer<typeof paymentState>;

const sumMinor = z.int().min(0).nullable();

/**
 * One payment with its operations. The fields of this schema are null for an operation; `state` is
 * also null until the payment has succeeded.
 */
export const paymentDetail = payment.extend({
  state: paymentState.nullable(),
  /** The captured amount: captures, or the whole charge. */
  capturedMinor: sumMinor,
  /** Refunds that succeeded. */
  refundedMinor: sumMinor,
  /** The captured amount, less the refunds that succeeded or are pending. */
  refundableMinor: sumMinor,
  /** When an operator asked to cancel the payment; null: no operator did. */
  cancelRequestedAt: timestamp.nullable(),
});
export type PaymentDetail = z.infer<typeof paymentDetail>;
