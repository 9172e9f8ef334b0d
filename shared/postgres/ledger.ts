/**
 * The SQL that touches payments and the fence. Each important statement has a name and its
 * guarantee above it. Each is one statement without an open transaction across the network, so a
 * frozen process cannot hold a lock.
 */
import type { FinalStatus, PaymentKind } from '../contracts/payment.js';
import { noteAttempts } from './attempts.js';
import { LONGEST_WAIT_MS } from './defer.js';
import { FENCE, type CommitResult, type FencingToken } from './fence.js';
import { plainArray, textArray, type Queryable } from './postgres.js';

export { findLockedPayments } from './locked-payments.js';
export { acceptPayments, type AcceptedPayment, type NewPayment } from './accept.js';
export { deferPayments, LONGEST_WAIT_MS, type Deferral } from './defer.js';
export { FENCE, type CommitResult, type FencingToken } from './fence.js';

/** A pending payment as the leader loads it. */
export interface PendingPayment {
  id: string;
  seq: number;
  patientId: string;
  amountMinor: number;
  currency: string;
  attempts: number;
  /** Time since its first attempt failed, in ms, by the database's clock; 0: no attempt failed. */
  failingMs: number;
  /** Time until its next attempt, in ms; 0 when it is due. */
  waitMs: number;
  /** Absent: a charge. */
  kind?: PaymentKind;
  /** The charge or authorization of an operation; null or absent: the payment is no operation. */
  ofPayment?: string | null;
  /** Whether an operator asked to cancel it. */
  cancelRequested?: boolean;
}

/**
 * Settings that make the plans below independent of the planner's estimate of how many payments are
 * pending. The estimate describes the past and is wrong by orders of magnitude when a queue fills;
 * the planner then reads every pending row for every parcel. So each statement has one plan, made
 * once (planning costs as much as 50 rows), and the settings leave only a plan that reaches each
 * row by its key. A join by key is written as `BETWEEN k AND k`: with `=`, a plan made on an empty
 * table scans the whole index, because the planner considers the order of an equality useful for
 * sorting.
 */
export const KEYED_PLANS =
  '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';

/**
 * load: the pending payments of a parcel, *and every earlier pending one of the same patients*,
 * oldest first. So a payment never overtakes an earlier one of its patient, in any order of parcels
 * (I7). A payment that is already final is not returned (I1). For patients with payments in work,
 * only payments after `afterSeq` are returned: everything before was loaded with those. Reads row
 * by row and patient by patient, each by its own index; one join takes 70 times as long with 10,000
 * pending.
 */
const LOAD = `
WITH named AS MATERIALIZED (SELECT patient_id, seq, partition, completed_at FROM payment WHERE id = ANY ($2::uuid[])),
asked AS MATERIALIZED (
  SELECT patient_id, max(seq) AS upto, coalesce(max(b.beyond), 0) AS beyond
    FROM named LEFT JOIN unnest($4::uuid[], $5::bigint[]) AS b (patient_id, beyond) USING (patient_id)
   WHERE partition = $1 AND completed_at IS NULL GROUP BY patient_id)
SELECT p.id, p.seq, p.patient_id AS "patientId", p.amount_minor AS "amountMinor", p.currency, p.attempts,
       greatest(0, coalesce(extract(epoch FROM clock_timestamp() - p.failing_since) * 1000, 0))::float8 AS "failingMs",
       greatest(0, coalesce(extract(epoch FROM p.next_attempt_at - clock_timestamp()) * 1000, 0))::float8 AS "waitMs",
       p.kind, p.of_payment AS "ofPayment", p.cancel_requested_at IS NOT NULL AS "cancelRequested"
  FROM asked CROSS JOIN LATERAL (
    SELECT payment_id, seq FROM pending_payment
     WHERE (patient_id, seq) > (asked.patient_id, asked.beyond) AND (patient_id, seq) <= (asked.patient_id, asked.upto)
     ORDER BY patient_id, seq LIMIT $3) AS q
  JOIN payment p ON p.id BETWEEN q.payment_id AND q.payment_id
 WHERE p.partition = $1 AND p.completed_at IS NULL
 ORDER BY q.seq LIMIT $3`;

export interface LoadQuery {
  partition: number;
  ids: readonly string[];
  /** Most payments to return, oldest first. */
  limit: number;
  /** Per patient: only payments with a higher `seq`. */
  afterSeq: ReadonlyMap<string, number>;
}

export async function loadParcel(
  db: Queryable,
  { partition, ids, limit, afterSeq }: LoadQuery,
): Promise<PendingPayment[]> {
  const values = [
    partition,
    plainArray(ids),
    limit,
    plainArray([...afterSeq.keys()]),
    plainArray([...afterSeq.values()]),
  ];
  const { rows } = await db.query<PendingPayment>({ name: 'load', text: LOAD, values });
  for (const row of rows) if (row.waitMs > LONGEST_WAIT_MS) row.waitMs = 0;
  return rows;
}

export interface Outcome {
  id: string;
  status: FinalStatus;
  attempts: number;
  reason: string | null;
  gatewayReference: string | null;
  /** Duration of the last attempt, ms; only of a payment with earlier failed attempts. */
  tookMs?: number;
}

/**
 * commit: the final status of a parcel's payments, only if the writer still leads (I1, I4).
 * All payments get one timestamp, because a parcel is committed at one time.
 * @param more further arrays and their names, further columns of `done`, further parts.
 */
const makeCommit = (more: {
  arrays: string;
  names: string;
  columns: string;
  parts: string;
}): string => `
WITH fence AS MATERIALIZED (${FENCE}),
done AS (
  UPDATE payment p
     SET status = o.status::payment_status, attempts = o.attempts, reason = o.reason, gateway_reference = o.reference,
         processed_by = $3, term = $2, completed_at = statement_timestamp(), next_attempt_at = NULL, parcel = o.parcel
    FROM fence, unnest($4::uuid[], $5::text[], $6::int[], $7::text[], $8::text[], $9::text[]${more.arrays})
      AS o (id, status, attempts, reason, reference, parcel${more.names})
   WHERE p.id BETWEEN o.id AND o.id AND p.partition = $1 AND p.completed_at IS NULL
  RETURNING p.id${more.columns})${more.parts}
SELECT EXISTS (SELECT 1 FROM fence) AS held, ARRAY (SELECT id FROM done) AS ids, statement_timestamp() AS at`;

export const COMMIT = {
  name: 'commit',
  text: makeCommit({ arrays: '', names: '', columns: '', parts: '' }),
};

/**
 * The commit of a group in which a payment had failed attempts before: notes the last attempt too.
 */
const COMMIT_NOTED = {
  name: 'commit-noted',
  text: makeCommit({
    arrays: ', $10::float8[]',
    names: ', took_ms',
    columns: ", o.took_ms, CASE WHEN o.status = 'FAILED' THEN o.reason END AS error",
    parts: `,\nnoted AS (${noteAttempts('took_ms IS NOT NULL')})`,
  }),
};

export interface CommitOptions {
  /** The parcel of each payment, in the same order; null: none. */
  parcels?: readonly (string | null)[];
  statement?: typeof COMMIT;
}

export async function commitOutcomes(
  db: Queryable,
  token: FencingToken,
  outcomes: readonly Outcome[],
  { parcels = outcomes.map(() => null), statement }: CommitOptions = {},
): Promise<CommitResult> {
  const isNoted = statement === undefined && outcomes.some(({ tookMs }) => tookMs !== undefined);
  const column = <K extends keyof Outcome>(key: K): Outcome[K][] =>
    outcomes.map((outcome) => outcome[key]);
  const { rows } = await db.query<CommitResult>({
    ...(statement ?? (isNoted ? COMMIT_NOTED : COMMIT)),
    values: [
      token.partition,
      token.term,
      token.leader,
      plainArray(column('id')),
      plainArray(column('status')),
      plainArray(column('attempts')),
      textArray(column('reason')),
      textArray(column('gatewayReference')),
      textArray(parcels),
      ...(isNoted ? [outcomes.map(({ tookMs }) => tookMs ?? null)] : []),
    ],
  });
  return rows[0] as CommitResult;
}

/**
 * overdue: pending payments that are in no parcel, oldest first (I5). Two kinds, each found by its
 * own index: payments that the queue should have delivered by now (up to `throughSeq`, the newest
 * payment known to have been passed, and older than the grace period), and payments whose next
 * attempt is due. Triggers of payment maintain table pending_payment, whichever program writes. The
 * database's clock may be set back: a payment accepted in the future, or deferred beyond the
 * longest deferral, is due.
 */
const OVERDUE = `
(SELECT payment_id AS id, seq FROM pending_payment
  WHERE partition = $1 AND next_attempt_at IS NULL AND seq <= $2
    AND (accepted_at <= now() - make_interval(secs => $3 / 1000.0) OR accepted_at > now() + make_interval(secs => $3 / 1000.0))
  ORDER BY seq LIMIT $4)
UNION ALL
(SELECT payment_id AS id, seq FROM pending_payment
  WHERE partition = $1 AND next_attempt_at <= now()
  ORDER BY next_attempt_at LIMIT $4)
UNION ALL
(SELECT payment_id AS id, seq FROM pending_payment
  WHERE partition = $1 AND next_attempt_at > now() + interval '${LONGEST_WAIT_MS} milliseconds'
  ORDER BY next_attempt_at LIMIT $4)
ORDER BY seq`;

export interface OverdueQuery {
  partition: number;
  /** Only payments with `seq` up to this value; null: all. */
  throughSeq: number | null;
  graceMs: number;
  limit: number;
}

export async function overduePayments(
  db: Queryable,
  query: OverdueQuery,
): Promise<{ id: string; seq: number }[]> {
  const { rows } = await db.query<{ id: string; seq: number }>({
    name: 'overdue',
    text: OVERDUE,
    values: [
      query.partition,
      query.throughSeq ?? Number.MAX_SAFE_INTEGER,
      query.graceMs,
      query.limit,
    ],
  });
  return rows;
}
