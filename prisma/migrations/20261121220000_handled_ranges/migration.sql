-- Lists by who handled a payment, in which term, and with which end. A scan from the newest payment backwards is quick when what is wanted
-- is frequent, and reads the whole table when it is rare or was long ago. So it is noted where, in order of acceptance, payments of each
-- replica, term and end lie: for every 65,536 numbers the first and the last. A list then reads those stretches alone, none of them long.
-- One row is changed for each commit, whatever the number of its payments; it has no index that the change concerns.
CREATE TABLE handled_range (
  partition    smallint NOT NULL,
  -- seq / 65,536
  bucket       bigint NOT NULL,
  term         bigint NOT NULL,
  processed_by text NOT NULL,
  status       payment_status NOT NULL,
  first_seq    bigint NOT NULL,
  last_seq     bigint NOT NULL,
  PRIMARY KEY (partition, bucket, term, processed_by, status)
) WITH (fillfactor = 50);

-- The trigger of insertion notes outcomes only where a row comes in with one: by another hand than the services'.
CREATE OR REPLACE FUNCTION payment_note_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO pending_payment (seq, payment_id, partition, patient_id, accepted_at, next_attempt_at)
  SELECT seq, id, partition, patient_id, accepted_at, next_attempt_at FROM fresh WHERE status = 'PENDING';
  IF EXISTS (SELECT 1 FROM fresh WHERE status <> 'PENDING') THEN
    INSERT INTO failed_payment (seq, payment_id) SELECT seq, id FROM fresh WHERE status = 'FAILED';
    INSERT INTO handled_range AS known (partition, bucket, term, processed_by, status, first_seq, last_seq)
    SELECT partition, seq >> 16, term, processed_by, status, min(seq), max(seq) FROM fresh WHERE status <> 'PENDING'
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (partition, bucket, term, processed_by, status) DO UPDATE
      SET first_seq = least(known.first_seq, excluded.first_seq), last_seq = greatest(known.last_seq, excluded.last_seq)
      WHERE excluded.first_seq < known.first_seq OR excluded.last_seq > known.last_seq;
  END IF;
  RETURN NULL;
END $$;
-- What is rare is looked for at once, so that a usual commit is three statements here, as before.
CREATE OR REPLACE FUNCTION payment_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  some_pending boolean;
  some_failed boolean;
BEGIN
  SELECT bool_or(status = 'PENDING'), bool_or(status = 'FAILED') INTO some_pending, some_failed FROM fresh;
  DELETE FROM pending_payment WHERE seq = ANY (ARRAY (SELECT seq FROM fresh WHERE status <> 'PENDING'));
  IF some_pending THEN
    UPDATE pending_payment SET next_attempt_at = (SELECT next_attempt_at FROM fresh WHERE fresh.seq = pending_payment.seq)
     WHERE seq = ANY (ARRAY (SELECT seq FROM fresh WHERE status = 'PENDING'));
  END IF;
  IF some_failed THEN
    INSERT INTO failed_payment (seq, payment_id) SELECT seq, id FROM fresh WHERE status = 'FAILED' ON CONFLICT DO NOTHING;
  END IF;
  INSERT INTO handled_range AS known (partition, bucket, term, processed_by, status, first_seq, last_seq)
  SELECT partition, seq >> 16, term, processed_by, status, min(seq), max(seq) FROM fresh WHERE status <> 'PENDING'
   GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (partition, bucket, term, processed_by, status) DO UPDATE
    SET first_seq = least(known.first_seq, excluded.first_seq), last_seq = greatest(known.last_seq, excluded.last_seq)
    WHERE excluded.first_seq < known.first_seq OR excluded.last_seq > known.last_seq;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION payment_note_truncation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE pending_payment, failed_payment, handled_range;
  RETURN NULL;
END $$;

LOCK TABLE payment;
INSERT INTO handled_range (partition, bucket, term, processed_by, status, first_seq, last_seq)
SELECT partition, seq >> 16, term, processed_by, status, min(seq), max(seq) FROM payment WHERE status <> 'PENDING' GROUP BY 1, 2, 3, 4, 5;

-- What it was for is answered from the ranges now.
DROP INDEX payment_handled;
-- So the view reads where they lie: asked for one term or replica, those stretches alone. A payment lies in exactly one range.
CREATE OR REPLACE VIEW handled_by AS
SELECT r.processed_by, r.term, r.status, p.currency, count(*) AS payments, sum(p.amount_minor)::bigint AS amount_minor,
       count(*) FILTER (WHERE p.attempts > 1) AS retried, min(p.completed_at) AS first_at, max(p.completed_at) AS last_at
  FROM handled_range r
  JOIN payment p ON p.seq BETWEEN r.first_seq AND r.last_seq
   AND p.partition = r.partition AND p.term = r.term AND p.processed_by = r.processed_by AND p.status = r.status
 GROUP BY r.processed_by, r.term, r.status, p.currency;
COMMENT ON VIEW handled_by IS 'Who brought how many payments, and how much money, to which end, in which term. All; WHERE term = …, processed_by = … or status = … reads only where those lie.';
