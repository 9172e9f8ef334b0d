-- A payment may settle a bill, and then it is never more than what is due; null: a free payment, as all were before.
CREATE TYPE settlement AS ENUM ('bill');
ALTER TABLE payment ADD COLUMN settles settlement;

-- bill_payable: how much of a patient's charges in one currency is neither paid nor being paid; below 0 when too much was paid. A declined
-- or failed payment frees its part again. Charges, paid and pending payments are read in one snapshot.
CREATE FUNCTION bill_payable(p_patient_id uuid, p_currency character) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT (SELECT coalesce(sum(amount_minor), 0)::bigint FROM charge WHERE patient_id = p_patient_id AND currency = p_currency)
       - (SELECT coalesce(sum(amount_minor), 0)::bigint FROM payment
           WHERE patient_id = p_patient_id AND currency = p_currency AND status IN ('SUCCEEDED', 'PENDING'))
$$;
COMMENT ON FUNCTION bill_payable IS 'How much of a bill in one currency is neither paid nor being paid, in minor units. Reads the payments of one patient.';

-- The guard: a payment that settles a bill is inserted only when the bill has that much left; otherwise the row is left out, without an
-- error, so that the other rows of the statement are inserted. It takes the lock that ACCEPT holds, so that two statements decide one
-- after the other, whichever program sends them. The function is VOLATILE: each of its statements sees what was committed before it
-- began, also while the statement around it waited for the lock, and the rows which that statement has inserted so far.
CREATE FUNCTION payment_settle_bill() RETURNS trigger LANGUAGE plpgsql VOLATILE SET enable_seqscan = off AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7072, NEW.partition);
  IF NEW.amount_minor > bill_payable(NEW.patient_id, NEW.currency) THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payment_settles_bill BEFORE INSERT ON payment
  FOR EACH ROW WHEN (NEW.settles IS NOT NULL) EXECUTE FUNCTION payment_settle_bill();
