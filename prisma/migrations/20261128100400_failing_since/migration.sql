-- When a payment's first attempt failed; null: none has. A payment may be given up only after this has been long enough ago, whoever leads.
ALTER TABLE payment ADD COLUMN failing_since timestamptz(3);
