-- The alerts that a monitor reported: one row for each time that an alert fired. Of one rule and subject at most one row is not
-- cleared, so that several monitors record one alert once. told_* are the times when the webhook confirmed the notices.
CREATE TABLE alert (
  id                  uuid PRIMARY KEY,
  rule                text NOT NULL,
  severity            text NOT NULL,
  subject             text NOT NULL,
  text                text NOT NULL,
  monitor             text NOT NULL,
  fired_at            timestamptz(3) NOT NULL,
  cleared_at          timestamptz(3),
  acknowledged_at     timestamptz(3),
  acknowledged_by     text,
  acknowledged_reason text,
  told_fired_at       timestamptz(3),
  told_cleared_at     timestamptz(3)
);
CREATE UNIQUE INDEX alert_open ON alert (rule, subject) WHERE cleared_at IS NULL;
CREATE INDEX alert_fired_at ON alert (fired_at DESC);
