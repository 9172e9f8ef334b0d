-- The switch with which an operator stops and resumes the acceptance of new payments: one row. The instances of patients read it twice per
-- second. An instance that cannot read it keeps the value that it read before.
CREATE TABLE acceptance (
  only_row   boolean PRIMARY KEY DEFAULT true CONSTRAINT acceptance_is_one_row CHECK (only_row),
  accepting  boolean NOT NULL DEFAULT true,
  reason     text NOT NULL DEFAULT '',
  changed_by text,
  changed_at timestamptz(3)
);
INSERT INTO acceptance DEFAULT VALUES;
COMMENT ON TABLE acceptance IS 'Whether new payments are accepted. One row.';
COMMENT ON COLUMN acceptance.reason IS 'Of the last change; callers whose payment is refused can read it.';
COMMENT ON COLUMN acceptance.changed_at IS 'Null: never changed.';
