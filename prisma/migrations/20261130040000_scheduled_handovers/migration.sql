-- Hand-overs that operators ordered for a later time. A monitor claims a pending row with one conditional UPDATE, so several monitors, or
-- one that restarts, never carry out an order twice. Of one partition at most one row is open.
CREATE TABLE scheduled_handover (
  id         uuid PRIMARY KEY,
  partition  smallint NOT NULL,
  due_at     timestamptz(3) NOT NULL,
  successor  text,
  leader     text,
  reason     text NOT NULL,
  ordered_by text NOT NULL,
  ordered_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  state      text NOT NULL DEFAULT 'pending'
             CONSTRAINT scheduled_handover_state CHECK (state IN ('pending', 'running', 'done', 'missed', 'failed', 'cancelled')),
  claimed_by text,
  claimed_at timestamptz(3),
  outcome    text NOT NULL DEFAULT '',
  ended_at   timestamptz(3),
  CONSTRAINT scheduled_handover_end CHECK ((state IN ('pending', 'running')) = (ended_at IS NULL))
);
CREATE UNIQUE INDEX scheduled_handover_open ON scheduled_handover (partition) WHERE state IN ('pending', 'running');
CREATE INDEX scheduled_handover_ordered ON scheduled_handover (partition, ordered_at DESC);
COMMENT ON TABLE scheduled_handover IS 'Hand-overs that operators ordered for a later time, with their results.';
COMMENT ON COLUMN scheduled_handover.successor IS 'Null: the monitor chooses.';
COMMENT ON COLUMN scheduled_handover.leader IS 'The leader at the time of the order; null: there was none.';
COMMENT ON COLUMN scheduled_handover.outcome IS 'The new term, or the cause. Empty: not ended.';
