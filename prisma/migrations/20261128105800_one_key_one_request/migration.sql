-- One idempotency key is one request: a payment or a batch, never both.

-- accept_turn: waits for the lock that puts accepted payments in order, then tells which of these keys belong to a batch. The function is
-- VOLATILE: its second statement sees what was committed while it waited, which the statement around it does not.
CREATE FUNCTION accept_turn(p_partition integer, p_keys text[]) RETURNS text[] LANGUAGE plpgsql VOLATILE
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7072, p_partition);
  IF p_keys = '{}' THEN RETURN '{}'; END IF;
  RETURN ARRAY (SELECT idempotency_key FROM batch WHERE idempotency_key = ANY (p_keys));
END $$;

-- A batch whose key belongs to a payment is left out. Partition 0 is the one that is used.
CREATE FUNCTION batch_refuse_key_of_payment() RETURNS trigger LANGUAGE plpgsql VOLATILE
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7072, 0);
  IF EXISTS (SELECT 1 FROM payment WHERE idempotency_key = NEW.idempotency_key) THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER batch_has_key_of_its_own BEFORE INSERT ON batch FOR EACH ROW EXECUTE FUNCTION batch_refuse_key_of_payment();
