-- A payment of a batch is found by its batch and index, from which its key is made. So it needs no entry in the index of the keys, whose
-- entries are the longest of all, and a payment without a batch needs none in the index of the batches. Each pair of batch and index is
-- one payment: an instance that completes an interrupted batch cannot insert a payment twice, nor can two instances at the same time.
ALTER TABLE payment ADD CONSTRAINT payment_batch_has_index CHECK (batch_id IS NULL OR batch_index IS NOT NULL) NOT VALID;

DROP INDEX payment_batch;
CREATE UNIQUE INDEX payment_batch ON payment (batch_id, batch_index) WHERE batch_id IS NOT NULL;

DROP INDEX payment_idempotency_key_key;
CREATE UNIQUE INDEX payment_idempotency_key_key ON payment (idempotency_key) WHERE batch_id IS NULL;

-- As before, with the condition of the index. No client can send the key of a payment of a batch.
CREATE OR REPLACE FUNCTION batch_refuse_key_of_payment() RETURNS trigger LANGUAGE plpgsql VOLATILE
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7072, 0);
  IF EXISTS (SELECT 1 FROM payment WHERE idempotency_key = NEW.idempotency_key AND batch_id IS NULL) THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
