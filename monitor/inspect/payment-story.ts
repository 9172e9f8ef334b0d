/**
 * Reads the data of one payment from PostgreSQL: its row, its patient and batch, the leaders during
 * its life, the payments it repeats and that repeat it, and the re-drives by operators. All reads
 * use keys.
 */
import { Problem } from '../../shared/errors.js';
import { documentSpellings, patientByDocument } from '../../shared/postgres/patient-documents.js';
import { readAttempts, type Attempt } from '../../shared/postgres/attempts.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { PaymentKind, PaymentStatus } from '../../shared/contracts/payment.js';
import type { StoryOperation } from './payment-actions.js';
import { readPatientBill, type BillLine } from './patient-bill.js';
import { FOUND_COLUMNS, type FoundPayment } from './payment-search.js';

/** One election that this payment lived through, or under which it was accepted or committed. */
export interface StoryTerm {
  term: number;
  leader: string;
  previousLeader: string | null;
  kind: string;
  reason: string;
  electedAt: Date;
  /** When the next leader was elected. Null: this one leads now. */
  until: Date | null;
}

/** Another payment of the same chain of re-drives. */
interface Relative {
  id: string;
  status: PaymentStatus;
  acceptedAt: Date;
  completedAt: Date | null;
  reason: string | null;
}

/** One posting; the amounts of a payment sum to zero. */
export interface LedgerEntry {
  /** The row that was posted. */
  operation: string;
  kind: PaymentKind;
  account: string;
  amountMinor: number;
  at: Date;
}

interface AuditNote {
  at: Date;
  actor: string;
  reason: string;
  outcome: string;
}

export interface StoryFacts extends FoundPayment {
  partition: number;
  concept: string | null;
  batchIndex: number | null;
  batchSent: number | null;
  /** Hash of the request; two requests with one key must have the same. */
  fingerprint: string;
  answerWaited: boolean;
  parcel: string | null;
  nextAttemptAt: Date | null;
  gatewayReference: string | null;
  /**
   * From the term at its acceptance to the term of its commit, or to the current one; at most
   * `TERMS_MAX`.
   */
  terms: StoryTerm[];
  /** The last attempts, oldest first; empty when the first attempt decided the payment. */
  attemptHistory: Attempt[];
  /** The payments it repeats, the nearest first. */
  repeats: Relative[];
  /** The payments that repeat it, the nearest first. */
  repeatedBy: Relative[];
  drivenBy: AuditNote[];
  cancelRequestedAt: Date | null;
  cancelReason: string | null;
  /** Captures, voids and refunds of a charge or an authorization, oldest first. */
  operations: StoryOperation[];
  /** The entries of the ledger, of the charge or authorization and its operations. */
  ledger: LedgerEntry[];
  /** The bill of its patient, one row per currency. */
  bill: BillLine[];
}

/** Maximum number of elections in a story. */
const TERMS_MAX = 100;
/** Maximum number of operations, and of ledger entries per operation. */
const OPERATIONS_MAX = 200;
const ENTRIES_MAX = 4 * OPERATIONS_MAX;
/** Maximum number of links of a chain in each direction. */
const CHAIN_MAX = 50;

const PAYMENT = `SELECT ${FOUND_COLUMNS}, p.partition, p.concept, p.batch_index AS "batchIndex", batch.sent AS "batchSent", p.fingerprint,
    p.answer_waited AS "answerWaited", p.parcel, p.next_attempt_at AS "nextAttemptAt", p.gateway_reference AS "gatewayReference",
    p.cancel_requested_at AS "cancelRequestedAt", p.cancel_reason AS "cancelReason"
  FROM payment p JOIN patient ON patient.id = p.patient_id LEFT JOIN batch ON batch.id = p.batch_id WHERE p.id = $1::uuid`;

/** From the election before its acceptance to that of the term which ended it. */
const TERMS = `SELECT e.term, e.leader, e.previous_leader AS "previousLeader", e.kind, e.reason, e.elected_at AS "electedAt", later.elected_at AS until
  FROM election e LEFT JOIN election later ON later.partition = e.partition AND later.term = e.term + 1
 WHERE e.partition = $1 AND e.term <= coalesce($3::bigint, (SELECT max(term) FROM election WHERE partition = $1))
   AND e.term >= coalesce((SELECT max(term) FROM election WHERE partition = $1 AND elected_at <= $2::timestamptz
                                  AND term <= coalesce($3::bigint, term)), 0)
 ORDER BY e.term LIMIT ${TERMS_MAX}`;

const RELATIVE =
  'payment.id, payment.status, payment.accepted_at AS "acceptedAt", payment.completed_at AS "completedAt", payment.reason';
const chain = (link: string): string => `
WITH RECURSIVE chain (id, step) AS (
  SELECT $1::uuid, 0
  UNION ALL
  SELECT ${link === 'back' ? 'here.redrive_of' : 'here.id'}, chain.step + 1
    FROM chain JOIN payment here ON ${link === 'back' ? 'here.id = chain.id AND here.redrive_of IS NOT NULL' : 'here.redrive_of = chain.id'}
   WHERE chain.step < ${CHAIN_MAX})
SELECT ${RELATIVE} FROM chain JOIN payment USING (id) WHERE chain.step > 0 ORDER BY chain.step`;
const [BACK, FORTH] = [chain('back'), chain('forth')];

const OPERATIONS = `SELECT id, kind, status, amount_minor AS "amountMinor", accepted_at AS "acceptedAt", completed_at AS "completedAt", reason, concept
  FROM payment WHERE of_payment = $1::uuid ORDER BY seq LIMIT ${OPERATIONS_MAX}`;
const LEDGER = `SELECT operation, kind, account, amount_minor AS "amountMinor", at FROM ledger_entry WHERE payment = $1::uuid
 ORDER BY seq, account DESC LIMIT ${ENTRIES_MAX}`;
const DRIVEN = `SELECT at, actor, reason, outcome FROM audit WHERE action = 'redrive' AND target = $1::text ORDER BY id DESC LIMIT 10`;

/** The parts of a story that are read by themselves. */
type Lists =
  | 'terms'
  | 'attemptHistory'
  | 'repeats'
  | 'repeatedBy'
  | 'drivenBy'
  | 'operations'
  | 'ledger'
  | 'bill';

/** @throws Problem PAYMENT_NOT_FOUND */
export async function paymentStory(db: Queryable, id: string): Promise<StoryFacts> {
  const [facts] = (await db.query<Omit<StoryFacts, Lists>>(PAYMENT, [id])).rows;
  if (!facts) throw new Problem('PAYMENT_NOT_FOUND', `There is no payment ${id}`);
  const ask = async <T extends object>(text: string, values: unknown[]): Promise<T[]> =>
    (await db.query<T>(text, values)).rows;
  const root = facts.of ?? id;
  const [terms, attemptHistory, repeats, repeatedBy, drivenBy, operations, ledger, bill] =
    await Promise.all([
      ask<StoryTerm>(TERMS, [facts.partition, facts.acceptedAt, facts.term]),
      readAttempts(db, id),
      ask<Relative>(BACK, [id]),
      ask<Relative>(FORTH, [id]),
      ask<AuditNote>(DRIVEN, [id]),
      ask<StoryOperation>(OPERATIONS, [id]),
      ask<LedgerEntry>(LEDGER, [root]),
      readPatientBill(db, facts.patientId),
    ]);
  return {
    ...facts,
    terms,
    attemptHistory,
    repeats,
    repeatedBy,
    drivenBy,
    operations,
    ledger,
    bill,
  };
}

export type Whose = { kind: 'payment' | 'batch' | 'patient'; id: string };

/** The payment, batch or patient with this id; null: none. Ids are unique across them. */
export async function whoseId(db: Queryable, id: string): Promise<Whose | null> {
  const { rows } = await db.query<Whose>(
    `SELECT 'payment' AS kind, id FROM payment WHERE id = $1::uuid UNION ALL SELECT 'batch', id FROM batch WHERE id = $1::uuid
     UNION ALL SELECT 'patient', id FROM patient WHERE id = $1::uuid LIMIT 1`,
    [id],
  );
  return rows[0] ?? null;
}

/** The patient with this document, in any spelling; null: there is none. */
export async function findPatient(db: Queryable, document: string): Promise<string | null> {
  return (
    (await db.query<{ id: string }>(patientByDocument('id'), [documentSpellings(document)])).rows[0]
      ?.id ?? null
  );
}
