-- The last attempts of the payments that did not become final at their first attempt: at most 20 rows per payment, because attempt n is in
-- slot n modulo 20. The statements that defer and commit payments write them. A payment that becomes final at its first attempt has none.
CREATE TABLE payment_attempt (
  payment_id uuid           NOT NULL,
  slot       smallint       NOT NULL,
  number     int            NOT NULL,
  ended_at   timestamptz(3) NOT NULL,
  took_ms    float8,
  error      text,
  replica    text           NOT NULL,
  term       bigint         NOT NULL,
  PRIMARY KEY (payment_id, slot),
  CONSTRAINT payment_attempt_is_bounded CHECK (slot BETWEEN 0 AND 19 AND number > 0 AND length(error) <= 200)
);
