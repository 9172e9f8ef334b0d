-- The state and the figures of the system over time, for the charts of the console and for looking back. Bounded: 5-second samples for two
-- hours, minutes for a week, quarters of an hour for 90 days; about 20,200 rows. One alive monitor writes, by the clock of the database.
CREATE TABLE status_sample (
  step_sec       int            NOT NULL,
  -- The beginning of the step.
  at             timestamptz(3) NOT NULL,
  monitor        text           NOT NULL,
  leader         text,
  term           bigint,
  -- Payments per second.
  committed      float8,
  p50_ms         float8,
  p99_ms         float8,
  pending        int,
  waiting        int,
  active         int,
  failed         int,
  -- Calls in the minute before the sample.
  gateway_calls  int,
  gateway_failed int,
  -- Why the oldest pending payment waits.
  cause          text,
  states         jsonb          NOT NULL,
  PRIMARY KEY (step_sec, at)
);
