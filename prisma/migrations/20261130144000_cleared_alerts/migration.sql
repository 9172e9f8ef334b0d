-- The notices of recently cleared alerts are looked up every second, and old alerts are deleted by this time.
CREATE INDEX alert_cleared_at ON alert (cleared_at) WHERE cleared_at IS NOT NULL;
