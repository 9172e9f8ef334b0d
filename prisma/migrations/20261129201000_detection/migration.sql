-- When the former leader last reported to the monitor that carried out the election: the beginning of the time without a leader.
ALTER TABLE election ADD COLUMN worked_at timestamptz(3);
