-- The end of a maintenance window: when the monitors return a replica or an instance to ready. A monitor ends a window with one conditional
-- UPDATE, which clears the time, so several monitors never end it twice.
ALTER TABLE replica ADD COLUMN return_at timestamptz(3);
ALTER TABLE instance ADD COLUMN return_at timestamptz(3);
COMMENT ON COLUMN replica.return_at IS 'When the monitors return it to ready; null: an operator does.';
COMMENT ON COLUMN instance.return_at IS 'When the monitors return it to ready; null: an operator does.';
