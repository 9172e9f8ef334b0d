-- The life of a payment after its acceptance. An operation (capture, void, refund) is a row of payment that names the row of its charge
-- or authorization in of_payment. So the keys, the queue, the order of a patient, the fence and the final status of a payment hold for
-- its operations too.
CREATE TYPE payment_kind AS ENUM ('charge', 'authorize', 'capture', 'void', 'refund');
ALTER TABLE payment
  ADD COLUMN kind payment_kind NOT NULL DEFAULT 'charge',
  ADD COLUMN of_payment uuid,
  -- An operator asked to close the key of a pending payment instead of charging it.
  ADD COLUMN cancel_requested_at timestamptz(3),
  ADD COLUMN cancel_reason text;
-- All earlier rows are charges without of_payment, so a scan of the table would find nothing.
ALTER TABLE payment ADD CONSTRAINT payment_operation_is_whole
  CHECK ((kind IN ('charge', 'authorize')) = (of_payment IS NULL)) NOT VALID;
ALTER TABLE payment ADD CONSTRAINT payment_of_payment_fkey
  FOREIGN KEY (of_payment) REFERENCES payment (id) ON DELETE RESTRICT ON UPDATE CASCADE NOT VALID;
-- Charges need no entry.
CREATE INDEX payment_of ON payment (of_payment, seq) WHERE of_payment IS NOT NULL;

COMMENT ON COLUMN payment.kind IS 'charge: moves money at once. authorize: holds it. capture, void, refund: an operation of the payment of_payment.';
COMMENT ON COLUMN payment.of_payment IS 'The charge or authorization of an operation; null: the row is one itself.';
COMMENT ON COLUMN payment.cancel_requested_at IS 'When an operator asked to cancel the pending payment; null: no operator did.';

-- paid_sign: how a row counts in the sum of paid money.
CREATE FUNCTION paid_sign(p_kind payment_kind) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE p_kind WHEN 'charge' THEN 1 WHEN 'capture' THEN 1 WHEN 'refund' THEN -1 ELSE 0 END
$$;

-- bill_payable as before, by kind. A pending charge or capture counts as paid, and a pending refund does not count: in every outcome, the
-- bill is not paid twice.
CREATE OR REPLACE FUNCTION bill_payable(p_patient_id uuid, p_currency character) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (SELECT coalesce(sum(amount_minor), 0)::bigint FROM charge WHERE patient_id = p_patient_id AND currency = p_currency)
       - (SELECT coalesce(sum(amount_minor * CASE status WHEN 'SUCCEEDED' THEN paid_sign(kind) ELSE greatest(0, paid_sign(kind)) END), 0)::bigint
            FROM payment
           WHERE patient_id = p_patient_id AND currency = p_currency AND status IN ('SUCCEEDED', 'PENDING'))
$$;

-- operation_refusal: why an operation of this payment is not acceptable now; null: it is acceptable. An operation that is pending counts
-- as made. A declined or failed one does not count.
CREATE FUNCTION operation_refusal(p_kind payment_kind, p_of uuid, p_amount bigint) RETURNS text LANGUAGE plpgsql STABLE
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  root payment;
  captured bigint;
  refunded bigint;
  has_capture boolean;
  has_void boolean;
BEGIN
  SELECT * INTO root FROM payment WHERE id = p_of;
  IF NOT FOUND THEN RETURN 'PAYMENT_NOT_FOUND'; END IF;
  IF root.of_payment IS NOT NULL THEN RETURN 'PAYMENT_IS_OPERATION'; END IF;
  SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'capture' AND status = 'SUCCEEDED'), 0),
         coalesce(sum(amount_minor) FILTER (WHERE kind = 'refund'), 0),
         coalesce(bool_or(kind = 'capture'), false), coalesce(bool_or(kind = 'void'), false)
    INTO captured, refunded, has_capture, has_void
    FROM payment WHERE of_payment = p_of AND status IN ('PENDING', 'SUCCEEDED');
  IF p_kind = 'refund' THEN
    IF root.kind = 'charge' AND root.status = 'SUCCEEDED' THEN captured := root.amount_minor; END IF;
    IF captured = 0 THEN RETURN 'NOT_CAPTURED'; END IF;
    IF refunded + p_amount > captured THEN RETURN 'REFUND_EXCEEDS_PAYMENT'; END IF;
    RETURN NULL;
  END IF;
  IF root.kind <> 'authorize' OR root.status <> 'SUCCEEDED' THEN RETURN 'NOT_AUTHORIZED'; END IF;
  IF has_capture THEN RETURN 'ALREADY_CAPTURED'; END IF;
  IF has_void THEN RETURN 'ALREADY_VOIDED'; END IF;
  IF p_amount > root.amount_minor THEN RETURN 'CAPTURE_EXCEEDS_AUTHORIZATION'; END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION operation_refusal IS 'Why a capture, void or refund of a payment would not be accepted now; null: it would. Reads one payment and its operations.';

-- The guard, like payment_settles_bill: a row that is not acceptable is left out, without an error. It takes the lock of ACCEPT, so that
-- two statements decide one after the other. The function is VOLATILE: it sees what was committed while the statement waited for the lock,
-- and the rows which that statement has inserted so far.
CREATE FUNCTION payment_check_operation() RETURNS trigger LANGUAGE plpgsql VOLATILE
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  root payment;
BEGIN
  PERFORM pg_advisory_xact_lock(7072, NEW.partition);
  IF operation_refusal(NEW.kind, NEW.of_payment, NEW.amount_minor) IS NOT NULL THEN RETURN NULL; END IF;
  SELECT * INTO root FROM payment WHERE id = NEW.of_payment;
  IF (NEW.partition, NEW.patient_id, NEW.currency) IS DISTINCT FROM (root.partition, root.patient_id, root.currency)
     OR (NEW.kind = 'void' AND NEW.amount_minor <> root.amount_minor) THEN
    RAISE EXCEPTION 'operation % has another patient, currency or amount than payment %', NEW.id, root.id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payment_operation_is_due BEFORE INSERT ON payment
  FOR EACH ROW WHEN (NEW.of_payment IS NOT NULL) EXECUTE FUNCTION payment_check_operation();

-- The limits were decided from these columns, so they never change. An outcome changes none of them, and costs nothing more.
CREATE FUNCTION payment_refuse_other_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'payment % keeps its kind, its payment, and as an operation its patient and amount', OLD.id
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER payment_request_is_kept BEFORE UPDATE OF kind, of_payment, patient_id, currency, amount_minor ON payment
  FOR EACH ROW WHEN (
    (OLD.kind, OLD.of_payment) IS DISTINCT FROM (NEW.kind, NEW.of_payment)
    OR (OLD.of_payment IS NOT NULL
        AND (OLD.patient_id, OLD.currency, OLD.amount_minor) IS DISTINCT FROM (NEW.patient_id, NEW.currency, NEW.amount_minor))
  ) EXECUTE FUNCTION payment_refuse_other_request();

-- The ledger: each succeeded row is posted to two accounts, so the entries of every payment sum to zero. A row becomes final in the
-- fenced commit, never changes again (payment_final_is_final) and cannot be deleted (payment_is_kept, payment_is_never_emptied): so
-- entries are only appended, in the same statement as the outcome.
CREATE VIEW ledger_entry AS
SELECT p.id AS payment, p.id AS operation, p.kind, e.account, e.amount_minor, p.currency, p.completed_at AS at, p.seq
  FROM payment p
 CROSS JOIN LATERAL (VALUES
   ('charge'::payment_kind, 'received', p.amount_minor), ('charge', 'patient', -p.amount_minor),
   ('authorize', 'held', p.amount_minor), ('authorize', 'authorized', -p.amount_minor)) AS e (kind, account, amount_minor)
 WHERE p.of_payment IS NULL AND p.status = 'SUCCEEDED' AND e.kind = p.kind
UNION ALL
SELECT p.of_payment, p.id, p.kind, e.account, e.amount_minor, p.currency, p.completed_at, p.seq
  FROM payment p
  JOIN payment root ON root.id = p.of_payment
 CROSS JOIN LATERAL (VALUES
   ('capture'::payment_kind, 'held', -root.amount_minor), ('capture', 'authorized', root.amount_minor),
   ('capture', 'received', p.amount_minor), ('capture', 'patient', -p.amount_minor),
   ('void', 'held', -root.amount_minor), ('void', 'authorized', root.amount_minor),
   ('refund', 'received', -p.amount_minor), ('refund', 'patient', p.amount_minor)) AS e (kind, account, amount_minor)
 WHERE p.of_payment IS NOT NULL AND p.status = 'SUCCEEDED' AND e.kind = p.kind;
COMMENT ON VIEW ledger_entry IS 'Double entry: each succeeded charge, authorization, capture, void and refund, posted to two accounts per movement. By key: WHERE payment = …; else all.';
COMMENT ON COLUMN ledger_entry.payment IS 'The charge or authorization. Its entries always sum to zero.';
COMMENT ON COLUMN ledger_entry.operation IS 'The row of payment that was posted; the same id for the charge or authorization itself.';
COMMENT ON COLUMN ledger_entry.account IS 'received: money that the hospital has. patient: its counterpart. held: money that the issuer reserves. authorized: its counterpart.';
COMMENT ON COLUMN ledger_entry.at IS 'When the outcome was committed.';

CREATE OR REPLACE VIEW patient_balance AS
SELECT patient.id AS patient_id, patient.document, patient.full_name, money.currency, sum(money.charged)::bigint AS charged_minor,
       sum(money.paid)::bigint AS paid_minor, sum(money.pending)::bigint AS pending_minor,
       greatest(0, sum(money.charged) - sum(money.paid))::bigint AS due_minor
  FROM patient CROSS JOIN LATERAL (
    SELECT currency, amount_minor AS charged, 0::bigint AS paid, 0::bigint AS pending FROM charge WHERE charge.patient_id = patient.id
    UNION ALL
    SELECT currency, 0, CASE WHEN status = 'SUCCEEDED' THEN amount_minor * paid_sign(kind) ELSE 0 END,
           CASE WHEN status = 'PENDING' THEN amount_minor * greatest(0, paid_sign(kind)) ELSE 0 END
      FROM payment WHERE payment.patient_id = patient.id AND status IN ('SUCCEEDED', 'PENDING')) AS money
 GROUP BY patient.id, patient.document, patient.full_name, money.currency;
COMMENT ON COLUMN patient_balance.paid_minor IS 'Charges and captures that succeeded, less refunds that succeeded.';
COMMENT ON COLUMN patient_balance.pending_minor IS 'Accepted charges and captures without an outcome; not paid yet.';

CREATE OR REPLACE VIEW payment_story AS
SELECT p.id, p.seq, p.status, p.amount_minor, p.currency, p.concept,
       p.patient_id, patient.document, patient.full_name, p.batch_id, p.batch_index, batch.sent AS batch_sent,
       p.accepted_by, p.accepted_at, p.answer_waited, p.parcel, p.attempts, p.last_error, p.next_attempt_at, p.reason,
       p.gateway_reference, p.processed_by, p.term, p.completed_at,
       round(extract(epoch FROM p.completed_at - p.accepted_at) * 1000)::bigint AS took_ms,
       e.kind AS term_began_with, e.elected_at AS term_began_at, later.elected_at AS term_ended_at,
       e.elected_at > p.accepted_at AS survived_hand_over,
       p.redrive_of, again.id AS driven_again_as,
       CASE WHEN p.status = 'SUCCEEDED' AND paid_sign(p.kind) > 0 THEN p.id END AS exit_pass,
       p.kind, p.of_payment, p.cancel_requested_at, p.cancel_reason
  FROM payment p
  JOIN patient ON patient.id = p.patient_id
  LEFT JOIN batch ON batch.id = p.batch_id
  LEFT JOIN election e ON e.partition = p.partition AND e.term = p.term
  LEFT JOIN election later ON later.partition = p.partition AND later.term = p.term + 1
  LEFT JOIN payment again ON again.redrive_of = p.id;
COMMENT ON COLUMN payment_story.kind IS 'charge, authorize, or an operation: capture, void, refund.';
COMMENT ON COLUMN payment_story.of_payment IS 'The charge or authorization of an operation.';
COMMENT ON COLUMN payment_story.cancel_requested_at IS 'When an operator asked to cancel it while it was pending.';
