-- Guards of the record against statements by hand. The services never run a statement that one of them refuses. The owner of the tables can
-- still disable a trigger for a deliberate clean-up: ALTER TABLE … DISABLE TRIGGER …, in one transaction with the statement.

-- An outcome names a term that was led by the replica it names (I3, I4). The trigger of each commit notes its range, and this reference
-- is checked when a range is new: once for 65,536 payments of a term, replica and end, so a commit costs nothing more. Rows from before
-- this migration are not looked at.
CREATE UNIQUE INDEX election_term_leader ON election (partition, term, leader);
ALTER TABLE handled_range ADD CONSTRAINT handled_range_term_was_led
  FOREIGN KEY (partition, term, processed_by) REFERENCES election (partition, term, leader) ON DELETE RESTRICT ON UPDATE CASCADE NOT VALID;

-- A statement as a whole is refused, whatever rows it concerns.
CREATE FUNCTION refuse_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of table % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER payment_is_never_emptied BEFORE TRUNCATE ON payment
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_statement('payments are kept');
CREATE TRIGGER batch_is_never_emptied BEFORE TRUNCATE ON batch
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_statement('batches are kept');
CREATE TRIGGER election_is_kept BEFORE DELETE OR TRUNCATE ON election
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_statement('the history of elections is kept');
CREATE TRIGGER leadership_is_kept BEFORE DELETE OR TRUNCATE ON leadership
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_statement('each partition has one row');
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_statement('the audit is only appended to');

-- Lists that the triggers of payment keep: a payment that is missing here would wait for ever.
CREATE TRIGGER pending_payment_is_kept BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON pending_payment
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_statement('triggers of payment keep it');
CREATE TRIGGER failed_payment_is_kept BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON failed_payment
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_statement('triggers of payment keep it');
CREATE TRIGGER handled_range_is_kept BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON handled_range
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_statement('triggers of payment keep it');

-- Terms only grow (I3).
CREATE FUNCTION leadership_refuse_earlier_term() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'term % of partition % is followed by later terms only, not by %', OLD.term, OLD.partition, NEW.term
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER leadership_term_grows BEFORE UPDATE ON leadership
  FOR EACH ROW WHEN (NEW.term < OLD.term OR NEW.partition <> OLD.partition) EXECUTE FUNCTION leadership_refuse_earlier_term();

-- A new leader adds its marks to its election; all else in the history stays as it was written.
CREATE FUNCTION election_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the election of term % is history: only its marks may be set', OLD.term USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER election_is_history BEFORE UPDATE ON election FOR EACH ROW WHEN (
  (OLD.partition, OLD.term, OLD.leader, OLD.boot_id, OLD.previous_leader, OLD.kind, OLD.reason, OLD.monitor, OLD.votes, OLD.suspected_at, OLD.elected_at)
  IS DISTINCT FROM
  (NEW.partition, NEW.term, NEW.leader, NEW.boot_id, NEW.previous_leader, NEW.kind, NEW.reason, NEW.monitor, NEW.votes, NEW.suspected_at, NEW.elected_at)
) EXECUTE FUNCTION election_refuse_change();
