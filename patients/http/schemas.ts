/** The schemas of this service's own API; schemas shared by services are in shared/contracts/. */
import { z } from 'zod';
import {
  amountMinor,
  currency,
  id,
  memberId,
  term,
  timestamp,
  parseWritten,
} from '../../shared/contracts/ids.js';
import {
  batch,
  batchPayment,
  countedBatch,
  listedBatch,
  listedBatchBody,
} from '../../shared/contracts/batch.js';
import { decodeIdCursor, decodeSeqCursor } from '../core/cursor.js';
import {
  payment,
  paymentDetail,
  paymentRequest,
  paymentStatus,
} from '../../shared/contracts/payment.js';

export const idPath = z.object({ id });

const limit = parseWritten(z.int().min(1).max(500)).default(50);

/** Decodes the cursor of one list. */
const cursor = <T>(open: (text: string) => T | null) =>
  z
    .string()
    .max(200)
    .transform((text, context) => {
      const mark = open(text);
      if (mark !== null) return mark;
      context.addIssue({ code: 'custom', message: 'not a cursor of this list' });
      return z.NEVER;
    })
    .optional();

const filter = {
  status: paymentStatus.optional(),
  patientId: id.optional(),
  batchId: id.optional(),
  processedBy: memberId.optional(),
  term: parseWritten(term).optional(),
  /** Operations of this charge or authorization. */
  of: id.optional(),
};
export const paymentFilter = z.strictObject(filter);
export const paymentsQuery = z.strictObject({ ...filter, cursor: cursor(decodeSeqCursor), limit });
export const patientsQuery = z.strictObject({ cursor: cursor(decodeIdCursor), limit });

export const paymentList = z.object({ payments: z.array(payment), next: z.string().nullable() });
const patient = z.object({ id, document: z.string(), name: z.string() });
export const patientList = z.object({ patients: z.array(patient), next: z.string().nullable() });

const billSection = z.object({
  items: z.array(z.object({ id, description: z.string(), amountMinor, date: z.iso.date() })),
  subtotalMinor: z.int(),
});
const currencyBill = z.object({
  charges: z.object({
    exam: billSection,
    medicine: billSection,
    procedure: billSection,
    consultation: billSection,
  }),
  currency,
  totalMinor: z.int(),
  paidMinor: z.int(),
  dueMinor: z.int().min(0),
  /** Paid beyond the total. */
  creditMinor: z.int().min(0),
});
/** The fields other than `patient` and `bills` repeat the first element of `bills`. */
export const bill = z.object({
  patient,
  ...currencyBill.shape,
  bills: z.array(currencyBill).min(1),
});

const currencyAmount = z.object({ amountMinor: z.int().min(1), currency: z.string() });

export const pass = z.object({
  valid: z.boolean(),
  patient: z.object({ id, name: z.string() }),
  /** The payment that earned the pass. */
  paid: currencyAmount,
  /** One per currency in which something is due. */
  due: z.array(currencyAmount),
  requestTime: timestamp,
  expirationTime: timestamp,
});

export const whoami = z.object({
  hello: z.string(),
  ip: z.string(),
  host: z.string(),
  tag: memberId,
  sessionViews: z.int().min(1),
  id,
});

/** The words of an operator: as the concept of a payment. */
const reason = paymentRequest.shape.concept;
export const captureRequest = z.strictObject({ amountMinor: amountMinor.optional() });
export const voidRequest = z.strictObject({ reason });
export const refundRequest = z.strictObject({ amountMinor: amountMinor.optional(), reason });
export const cancelRequest = z.strictObject({ reason: reason.unwrap() });

export const batchRequest = z.union([countedBatch, listedBatch]);
/**
 * Selects the form for error messages: the form with a list if `payments` is present, otherwise the
 * form with a count.
 */
export const batchForm = (value: unknown): z.ZodType =>
  typeof value === 'object' && value !== null && 'payments' in value
    ? listedBatchBody
    : countedBatch;

/** Named `components/schemas` of the document. */
export const NAMED_SCHEMAS = {
  Payment: payment,
  PaymentDetail: paymentDetail,
  PaymentRequest: paymentRequest,
  PaymentStatus: paymentStatus,
  PaymentList: paymentList,
  CountedBatch: countedBatch,
  ListedBatch: listedBatch,
  Batch: batch,
  BatchPayment: batchPayment,
  Patient: patient,
  PatientList: patientList,
  BillSection: billSection,
  CurrencyBill: currencyBill,
  Bill: bill,
  ExitPass: pass,
  WhoAmI: whoami,
  Currency: currency,
};
