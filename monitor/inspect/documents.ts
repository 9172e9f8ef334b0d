/**
 * JSON and CSV of the search, the list of failed payments and a story. The content is the same as
 * on their pages.
 */
import { z } from 'zod';
import { currency, id, memberId, term, timestamp } from '../../shared/contracts/ids.js';
import { paymentKind, paymentStatus } from '../../shared/contracts/payment.js';
import type { FailedPayment } from './failed-payments.js';
import type { FoundPayment } from './payment-search.js';
import type { StoryFacts } from './payment-story.js';
import { didSurviveHandover, timeline } from './timeline.js';

const foundPayment = z.object({
  id,
  seq: z.int(),
  status: paymentStatus,
  amountMinor: z.int(),
  currency,
  patientId: id,
  document: z.string(),
  fullName: z.string(),
  batchId: id.nullable(),
  acceptedBy: memberId,
  acceptedAt: timestamp,
  processedBy: memberId.nullable(),
  term: term.nullable(),
  attempts: z.int(),
  reason: z.string().nullable(),
  lastError: z.string().nullable(),
  completedAt: timestamp.nullable(),
  redriveOf: id.nullable(),
  kind: paymentKind,
  of: id.nullable(),
});
/**
 * `next` is the `before` of the next page. `cut`: the search reached its limit, so a short page may
 * still have a next one.
 */
export const foundPage = z.object({
  payments: z.array(foundPayment),
  next: z.int().nullable(),
  cut: z.boolean(),
});

const failedPayment = foundPayment.extend({
  repeatedBy: id.nullable(),
  repeatedStatus: paymentStatus.nullable(),
});
export const failedPageSchema = z.object({
  payments: z.array(failedPayment),
  next: z.int().nullable(),
});

const entry = z.object({
  at: timestamp.nullable(),
  kind: z.string(),
  tone: z.string(),
  text: z.string(),
  details: z.array(z.string()),
  payment: id.optional(),
  led: z
    .object({ replica: memberId, term, from: timestamp, until: timestamp.nullable() })
    .optional(),
});
const operation = z.object({
  id,
  kind: paymentKind,
  status: paymentStatus,
  amountMinor: z.int(),
  acceptedAt: timestamp,
  completedAt: timestamp.nullable(),
  reason: z.string().nullable(),
  concept: z.string().nullable(),
});
const ledgerEntry = z.object({
  operation: id,
  kind: paymentKind,
  account: z.string(),
  amountMinor: z.int(),
  at: timestamp,
});
const billLine = z.object({
  currency: z.string(),
  chargedMinor: z.int(),
  paidMinor: z.int(),
  pendingMinor: z.int(),
  dueMinor: z.int(),
  creditMinor: z.int(),
});
/** Omitted data of patients: an error is a code, or a text of this project. */
const attempt = z.object({
  number: z.int(),
  endedAt: timestamp,
  /** In ms; null: not known. */
  tookMs: z.number().nullable(),
  /** Null: the gateway decided the payment. */
  error: z.string().nullable(),
  replica: memberId,
  term,
});
export const storySchema = foundPayment.extend({
  concept: z.string().nullable(),
  batchIndex: z.int().nullable(),
  batchSent: z.int().nullable(),
  fingerprint: z.string(),
  answerWaited: z.boolean(),
  parcel: z.string().nullable(),
  nextAttemptAt: timestamp.nullable(),
  gatewayReference: z.string().nullable(),
  /** The last 20 attempts, oldest first; empty when the first attempt decided the payment. */
  attemptHistory: z.array(attempt),
  /** Whether the leader that finished the payment was elected after its acceptance. */
  survivedHandOver: z.boolean(),
  repeats: z.array(id),
  repeatedBy: z.array(id),
  /** When an operator asked to cancel it. */
  cancelRequestedAt: timestamp.nullable(),
  /** Captures, voids and refunds, oldest first. */
  operations: z.array(operation),
  /** The entries of the ledger; the amounts of a currency sum to zero. */
  ledger: z.array(ledgerEntry),
  /** The bill of the patient, one row per currency. */
  bill: z.array(billLine),
  /** Oldest first. */
  story: z.array(entry),
});

/** The columns that a story contains unchanged. The sentences of the story contain the rest. */
const KEPT = Object.keys(storySchema.shape) as (keyof z.infer<typeof storySchema>)[];

export function storyDocument(story: StoryFacts): object {
  const ids = (list: readonly { id: string }[]): string[] => list.map((each) => each.id);
  const chain = { repeats: ids(story.repeats), repeatedBy: ids(story.repeatedBy) };
  const all: Record<string, unknown> = {
    ...story,
    ...chain,
    survivedHandOver: didSurviveHandover(story),
    story: timeline(story),
  };
  return Object.fromEntries(KEPT.map((name) => [name, all[name]]));
}

export const FOUND_CSV = Object.keys(foundPayment.shape) as (keyof FoundPayment)[];
export const FAILED_CSV = Object.keys(failedPayment.shape) as (keyof FailedPayment)[];

type Plain<T> = { [K in keyof T]: Exclude<T[K], Date> | string };

/** Times as ISO 8601 text. */
export function toPlain<T extends object>(row: T): Plain<T> {
  const text = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value);
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, text(value)]),
  ) as Plain<T>;
}
