/**
 * The SQL that accepts payments: one statement and no open transaction across the network, like
 * every payment statement (ledger.ts).
 */
import type { PaymentKind, Settlement } from '../contracts/payment.js';
import { plainArray, textArray, type Queryable } from './postgres.js';

/** A payment before its insert. */
export interface NewPayment {
  id: string;
  patientId: string;
  batchId: string | null;
  batchIndex: number | null;
  redriveOf: string | null;
  idempotencyKey: string;
  fingerprint: string;
  /** Whether the first request asked to wait for the outcome. Decides how a replay is answered. */
  answerWaited: boolean;
  amountMinor: number;
  currency: string;
  concept: string | null;
  /**
   * Set: the payment settles a bill and is accepted only when that much is left to pay. Null or
   * absent: a free payment.
   */
  settles?: Settlement | null;
  /** Absent: a charge. */
  kind?: PaymentKind;
  /** The charge or authorization of an operation. Null or absent: the payment is no operation. */
  ofPayment?: string | null;
}

export interface AcceptedPayment {
  id: string;
  seq: number;
  acceptedAt: Date;
}

/**
 * Columns that often have one value for all payments of a statement, such as the parts of a batch:
 * name, field, type. Each has two parameters (`toCommon`).
 */
const COMMON = [
  ['batch_id', 'batchId', 'uuid'],
  ['batch_index', 'batchIndex', 'int'],
  ['redrive_of', 'redriveOf', 'uuid'],
  ['fingerprint', 'fingerprint', 'text'],
  ['answer_waited', 'answerWaited', 'boolean'],
  ['currency', 'currency', 'text'],
  ['concept', 'concept', 'text'],
  ['settles', 'settles', 'settlement'],
  ['kind', 'kind', 'payment_kind'],
  ['of_payment', 'ofPayment', 'uuid'],
] as const satisfies readonly (readonly [string, keyof NewPayment, string])[];
/** Number of the first of these parameters. */
const FIRST_COMMON = 8;

const commonNames = COMMON.map(([name]) => name).join(', ');
const commonArrays = COMMON.map(
  ([, , type], index) => `$${FIRST_COMMON + 2 * index}::${type}[]`,
).join(', ');
const commonValues = COMMON.map(
  ([name, , type], index) => `coalesce(i.${name}, $${FIRST_COMMON + 2 * index + 1}::${type})`,
).join(', ');

/**
 * accept: many payments, one insert (I2). The insert skips a payment whose key exists, whose key
 * belongs to a batch, or whose patient is unknown. The caller compares the rows returned with the
 * payments passed. The advisory lock of `accept_turn` makes rows visible in the order of `seq`, so
 * that a payment seen later has a higher `seq` (I7). The lock lasts for one statement. The insert
 * also skips a payment that settles a bill when less is left to pay. Trigger `payment_settles_bill`
 * decides each such row in order, under the lock, from the rows committed by then and the rows that
 * this statement has inserted (I9). Trigger `payment_operation_is_due` decides the captures, voids
 * and refunds in the same way: the insert skips an operation that its payment does not allow.
 *
 * The answer is one row of arrays, because the driver needs more time for a row than for an
 * element.
 */
const ACCEPT = `
WITH turn AS MATERIALIZED (SELECT accept_turn($1::int, $7::text[]) AS taken),
accepted AS (
INSERT INTO payment (partition, accepted_by, id, patient_id, idempotency_key, amount_minor, ${commonNames})
SELECT $1::int, $2, i.id, i.patient_id, i.idempotency_key, i.amount_minor, ${commonValues}
  FROM turn, unnest($3::uuid[], $4::uuid[], $5::text[], $6::bigint[], ${commonArrays}) WITH ORDINALITY
       AS i (id, patient_id, idempotency_key, amount_minor, ${commonNames}, position)
 WHERE EXISTS (SELECT 1 FROM patient WHERE patient.id = i.patient_id) AND i.idempotency_key <> ALL (turn.taken)
 ORDER BY i.position
ON CONFLICT DO NOTHING
RETURNING id, seq, accepted_at)
SELECT array_agg(id) AS ids, array_agg(seq) AS seqs,
       array_agg((date_part('epoch', accepted_at) * 1000)::bigint) AS "acceptedMs" FROM accepted`;

/** A null field when nothing was inserted. */
interface AcceptedColumns {
  ids: string[] | null;
  seqs: number[] | null;
  acceptedMs: number[] | null;
}

/**
 * The two parameters of a common column: an array, and the value that replaces its NULLs. `unnest`
 * fills a shorter array with NULL, so one value for all needs no array.
 */
function toCommon(values: readonly (string | number | boolean | null)[]): [string, string | null] {
  const [first = null] = values;
  if (values.every((value) => value === first)) return ['{}', first === null ? null : `${first}`];
  return [textArray(values.map((value) => (value === null ? null : `${value}`))), null];
}

const commonParameters = (payments: readonly NewPayment[]): (string | null)[] =>
  COMMON.flatMap(([, field]) => {
    const absent = field === 'kind' ? 'charge' : null;
    return toCommon(payments.map((payment) => payment[field] ?? absent));
  });

/**
 * Keys that a batch may also have. The service creates the keys of re-drives and of parts of a
 * batch, so these cannot collide.
 */
const clientKeys = (payments: readonly NewPayment[]): string[] =>
  payments
    .filter(({ batchId, redriveOf }) => batchId === null && redriveOf === null)
    .map(({ idempotencyKey }) => idempotencyKey);

/**
 * Inserts new payments in order. @returns the inserted rows; all other payments existed already or
 * are not acceptable.
 */
export async function acceptPayments(
  db: Queryable,
  partition: number,
  acceptedBy: string,
  payments: readonly NewPayment[],
): Promise<AcceptedPayment[]> {
  const { rows } = await db.query<AcceptedColumns>({
    name: 'accept',
    text: ACCEPT,
    values: [
      partition,
      acceptedBy,
      plainArray(payments.map(({ id }) => id)),
      plainArray(payments.map(({ patientId }) => patientId)),
      textArray(payments.map(({ idempotencyKey }) => idempotencyKey)),
      plainArray(payments.map(({ amountMinor }) => amountMinor)),
      textArray(clientKeys(payments)),
      ...commonParameters(payments),
    ],
  });
  const { ids, seqs, acceptedMs } = rows[0] as AcceptedColumns;
  return (ids ?? []).map((id, index) => ({
    id,
    seq: seqs?.[index] as number,
    acceptedAt: new Date(acceptedMs?.[index] as number),
  }));
}
