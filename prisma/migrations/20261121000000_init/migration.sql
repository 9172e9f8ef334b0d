-- The record of Relevo: payments, who leads, and how it came to lead.

CREATE TYPE payment_status AS ENUM ('PENDING', 'SUCCEEDED', 'DECLINED', 'FAILED');
CREATE TYPE charge_kind AS ENUM ('exam', 'medicine', 'procedure', 'consultation');
CREATE TYPE admin_state AS ENUM ('ready', 'drain', 'maint');

CREATE TABLE patient (
  id                 uuid PRIMARY KEY,
  document           text NOT NULL,
  full_name          text NOT NULL,
  birth_date         date NOT NULL,
  authorization_code text NOT NULL,
  created_at         timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX patient_document_key ON patient (document);

CREATE TABLE charge (
  id           uuid PRIMARY KEY,
  patient_id   uuid NOT NULL REFERENCES patient (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  kind         charge_kind NOT NULL,
  description  text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency     char(3) NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX charge_patient ON charge (patient_id);

CREATE TABLE batch (
  id              uuid PRIMARY KEY,
  idempotency_key text NOT NULL,
  fingerprint     text NOT NULL,
  sent            integer NOT NULL CHECK (sent > 0),
  accepted_by     text NOT NULL,
  created_at      timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX batch_idempotency_key_key ON batch (idempotency_key);

CREATE TABLE payment (
  id                uuid PRIMARY KEY,
  partition         smallint NOT NULL DEFAULT 0,
  seq               bigserial NOT NULL,
  patient_id        uuid NOT NULL REFERENCES patient (id) ON DELETE RESTRICT ON UPDATE CASCADE,
  batch_id          uuid REFERENCES batch (id) ON DELETE SET NULL ON UPDATE CASCADE,
  batch_index       integer,
  redrive_of        uuid REFERENCES payment (id) ON DELETE SET NULL ON UPDATE CASCADE,
  idempotency_key   text NOT NULL,
  fingerprint       text NOT NULL,
  answer_waited     boolean NOT NULL DEFAULT false,
  amount_minor      bigint NOT NULL CHECK (amount_minor > 0),
  currency          char(3) NOT NULL,
  concept           text,
  accepted_by       text NOT NULL,
  accepted_at       timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  status            payment_status NOT NULL DEFAULT 'PENDING',
  attempts          integer NOT NULL DEFAULT 0,
  next_attempt_at   timestamptz(3),
  last_error        text,
  processed_by      text,
  term              bigint,
  reason            text,
  gateway_reference text,
  completed_at      timestamptz(3),
  -- A final status comes with who gave it, under which term and when; a pending one with none of them.
  CONSTRAINT payment_outcome_is_whole CHECK (
    (status = 'PENDING' AND completed_at IS NULL AND term IS NULL AND processed_by IS NULL)
    OR (status <> 'PENDING' AND completed_at IS NOT NULL AND term IS NOT NULL AND processed_by IS NOT NULL)
  )
);
CREATE UNIQUE INDEX payment_seq_key ON payment (seq);
CREATE UNIQUE INDEX payment_idempotency_key_key ON payment (idempotency_key);
CREATE UNIQUE INDEX payment_redrive_of_key ON payment (redrive_of);
CREATE INDEX payment_patient ON payment (patient_id, seq);
CREATE INDEX payment_batch ON payment (batch_id, batch_index);
-- What is still to be done: the relay reads the first (oldest first) and the third (due first), a parcel's loader the second.
CREATE INDEX payment_pending ON payment (partition, seq) WHERE status = 'PENDING';
CREATE INDEX payment_pending_patient ON payment (patient_id, seq) WHERE status = 'PENDING';
CREATE INDEX payment_deferred ON payment (next_attempt_at, partition) WHERE status = 'PENDING' AND next_attempt_at IS NOT NULL;
CREATE INDEX payment_failed ON payment (seq) WHERE status = 'FAILED';

-- I1: an outcome is written once. The ledger's statements already say "WHERE status = 'PENDING'"; this holds for every other hand too.
CREATE FUNCTION payment_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'payment % is final (%): it is never changed or deleted', OLD.id, OLD.status USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER payment_final_is_final BEFORE UPDATE ON payment
  FOR EACH ROW WHEN (OLD.status <> 'PENDING') EXECUTE FUNCTION payment_refuse_change();
CREATE TRIGGER payment_is_kept BEFORE DELETE ON payment
  FOR EACH ROW EXECUTE FUNCTION payment_refuse_change();

CREATE TABLE leadership (
  partition  smallint PRIMARY KEY,
  term       bigint NOT NULL,
  leader     text,
  boot_id    text,
  reason     text NOT NULL,
  elected_by text,
  elected_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO leadership (partition, term, reason) VALUES (0, 0, 'nobody was elected yet');

CREATE TABLE election (
  partition       smallint NOT NULL,
  term            bigint NOT NULL,
  leader          text NOT NULL,
  boot_id         text NOT NULL,
  previous_leader text,
  kind            text NOT NULL,
  reason          text NOT NULL,
  monitor         text NOT NULL,
  votes           integer NOT NULL,
  suspected_at    timestamptz(3),
  elected_at      timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  promoted_at     timestamptz(3),
  first_commit_at timestamptz(3),
  PRIMARY KEY (partition, term)
);

CREATE TABLE vote (
  partition smallint NOT NULL,
  monitor   text NOT NULL,
  term      bigint NOT NULL,
  reason    text NOT NULL,
  cast_at   timestamptz(3) NOT NULL,
  PRIMARY KEY (partition, monitor)
);

CREATE TABLE replica (
  id         text PRIMARY KEY,
  admin      admin_state NOT NULL DEFAULT 'ready',
  reason     text NOT NULL DEFAULT '',
  changed_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE audit (
  id      bigserial PRIMARY KEY,
  at      timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  actor   text NOT NULL,
  action  text NOT NULL,
  target  text NOT NULL,
  reason  text NOT NULL,
  outcome text NOT NULL
);

-- move_leadership: the only statement that changes who leads. Compare-and-set on the observed term: of two callers that act on
-- the same term one wins, the other gets no row. Keeps the term growing by one and the history complete (I3).
CREATE FUNCTION move_leadership(
  p_partition smallint, p_observed_term bigint, p_candidate text, p_boot_id text,
  p_kind text, p_reason text, p_monitor text, p_votes integer, p_suspected_ms_ago double precision
) RETURNS SETOF leadership LANGUAGE plpgsql AS $$
DECLARE
  before leadership;
  after leadership;
BEGIN
  SELECT * INTO before FROM leadership WHERE partition = p_partition AND term = p_observed_term FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  -- Drained or in maintenance: never elected, whatever a monitor that has not heard of it yet believes.
  IF EXISTS (SELECT 1 FROM replica WHERE id = p_candidate AND admin <> 'ready') THEN RETURN; END IF;
  UPDATE leadership
     SET term = term + 1, leader = p_candidate, boot_id = p_boot_id, reason = p_reason,
         elected_by = p_monitor, elected_at = clock_timestamp()
   WHERE partition = p_partition
  RETURNING * INTO after;
  INSERT INTO election (partition, term, leader, boot_id, previous_leader, kind, reason, monitor, votes, suspected_at, elected_at)
  VALUES (p_partition, after.term, p_candidate, p_boot_id, before.leader, p_kind, p_reason, p_monitor, p_votes,
          now() - make_interval(secs => p_suspected_ms_ago / 1000.0), after.elected_at); -- now(): when the call arrived, before any wait
  DELETE FROM vote WHERE partition = p_partition;
  RETURN NEXT after;
END $$;

-- vote_and_elect: casts a monitor's vote against the leader of a term, counts the fresh ones of the configured monitors, and elects
-- when they are a majority. One call, one transaction; the row lock makes concurrent votes see each other; the database's clock alone
-- decides what is fresh.
CREATE FUNCTION vote_and_elect(
  p_partition smallint, p_observed_term bigint, p_monitor text, p_monitors text[], p_fresh_ms double precision,
  p_candidate text, p_boot_id text, p_kind text, p_reason text, p_suspected_ms_ago double precision,
  OUT votes integer, OUT majority integer, OUT elected boolean, OUT term bigint, OUT leader text, OUT boot_id text,
  OUT reason text, OUT elected_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
  now_is leadership;
BEGIN
  majority := cardinality(p_monitors) / 2 + 1;
  votes := 0;
  elected := false;
  SELECT * INTO now_is FROM leadership l WHERE l.partition = p_partition FOR UPDATE;
  IF now_is.term = p_observed_term THEN
    INSERT INTO vote AS v (partition, monitor, term, reason, cast_at)
    VALUES (p_partition, p_monitor, p_observed_term, p_reason, clock_timestamp())
    ON CONFLICT (partition, monitor) DO UPDATE SET term = excluded.term, reason = excluded.reason, cast_at = excluded.cast_at;
    SELECT count(*) INTO votes FROM vote v
     WHERE v.partition = p_partition AND v.term = p_observed_term AND v.monitor = ANY (p_monitors)
       AND v.cast_at > clock_timestamp() - make_interval(secs => p_fresh_ms / 1000.0);
    IF votes >= majority AND p_candidate IS NOT NULL THEN
      SELECT m.* INTO now_is FROM move_leadership(p_partition, p_observed_term, p_candidate, p_boot_id, p_kind, p_reason,
                                                  p_monitor, votes, p_suspected_ms_ago) m;
      elected := FOUND;
      IF NOT elected THEN
        SELECT * INTO now_is FROM leadership l WHERE l.partition = p_partition;
      END IF;
    END IF;
  END IF;
  term := now_is.term;
  leader := now_is.leader;
  boot_id := now_is.boot_id;
  reason := now_is.reason;
  elected_at := now_is.elected_at;
END $$;
