/**
 * Reads for the staff's pages that the API does not have: a patient by document, and the progress
 * of a payment. Named statements.
 */
import type { PaymentStatus } from '../../shared/contracts/payment.js';
import { documentSpellings, patientByDocument } from '../../shared/postgres/patient-documents.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { PatientFacts } from '../core/identification.js';
import type { ProgressFacts } from '../core/progress.js';

export interface KnownPatient extends PatientFacts {
  id: string;
  /** As stored: a hash (shared/code-hash.ts), or plain until it is converted. */
  authorizationCode: string;
}

/** A leader that was elected while a payment waited. */
export interface LeaderChange {
  term: number;
  leader: string;
  previousLeader: string | null;
  at: Date;
}

/** A payment as shown on the pages of its patient. */
export interface FollowedPayment extends ProgressFacts {
  id: string;
  status: PaymentStatus;
  amountMinor: number;
  currency: string;
  concept: string | null;
  acceptedBy: string;
  acceptedAt: Date;
  processedBy: string | null;
  term: number | null;
  reason: string | null;
  gatewayReference: string | null;
  completedAt: Date | null;
  /** Oldest first; the latest five. */
  leaderChanges: LeaderChange[];
}

export interface StaffRecords {
  /** Null: no patient has this document. */
  patientByDocument(document: string): Promise<KnownPatient | null>;
  /** Null: this patient has no such payment. */
  followed(paymentId: string, patientId: string): Promise<FollowedPayment | null>;
}

const PATIENT = patientByDocument(
  'id, document, full_name AS name, birth_date::text AS "birthDate", authorization_code AS "authorizationCode"',
);

/** Maximum count of earlier pending payments. */
const AHEAD_MAX = 1_000;
/** Maximum number of leader changes shown. */
const CHANGES_MAX = 5;
/** How long a vote against a leader counts; equals VOTE_FRESH_MS of the monitors. */
const VOTE_FRESH = '1 second';

const FOLLOWED = `
SELECT p.id, p.status, p.amount_minor AS "amountMinor", p.currency, p.concept, p.accepted_by AS "acceptedBy", p.accepted_at AS "acceptedAt",
       p.processed_by AS "processedBy", p.term, p.reason, p.gateway_reference AS "gatewayReference", p.completed_at AS "completedAt",
       p.last_error AS "lastError", p.next_attempt_at AS "nextAttemptAt",
       extract(epoch FROM p.next_attempt_at - clock_timestamp())::float8 * 1000 AS "nextAttemptMs", l.leader,
       current_setting('transaction_read_only') = 'on' AS "isReadOnly",
       (SELECT count(*) FROM (SELECT 1 FROM pending_payment AS other WHERE other.partition = p.partition AND other.seq < p.seq
                               LIMIT ${AHEAD_MAX}) AS earlier) AS ahead,
       EXISTS (SELECT 1 FROM vote WHERE vote.partition = p.partition AND vote.term = l.term
                  AND abs(extract(epoch FROM clock_timestamp() - vote.cast_at)) < extract(epoch FROM interval '${VOTE_FRESH}')) AS "leaderSuspected"
  FROM payment AS p LEFT JOIN leadership AS l ON l.partition = p.partition
 WHERE p.id = $1 AND p.patient_id = $2`;

const CHANGES = `
SELECT term, leader, previous_leader AS "previousLeader", elected_at AS at
  FROM (SELECT * FROM election WHERE partition = (SELECT partition FROM payment WHERE id = $1) ORDER BY term DESC LIMIT ${CHANGES_MAX}) AS latest
 WHERE elected_at >= $2 AND ($3::timestamptz IS NULL OR elected_at <= $3)
 ORDER BY term`;

async function followed(
  db: Queryable,
  paymentId: string,
  patientId: string,
): Promise<FollowedPayment | null> {
  const { rows } = await db.query<FollowedPayment>({
    name: 'followed-payment',
    text: FOLLOWED,
    values: [paymentId, patientId],
  });
  const [payment] = rows;
  if (!payment) return null;
  const values = [paymentId, payment.acceptedAt, payment.completedAt];
  const changes = await db.query<LeaderChange>({ name: 'leader-changes', text: CHANGES, values });
  return { ...payment, leaderChanges: changes.rows };
}

export function createStaffRecords(db: Queryable): StaffRecords {
  return {
    async patientByDocument(document) {
      const values = [documentSpellings(document)];
      return (
        (await db.query<KnownPatient>({ name: 'patient-by-document', text: PATIENT, values }))
          .rows[0] ?? null
      );
    },
    followed: (paymentId, patientId) => followed(db, paymentId, patientId),
  };
}
