-- Where the time of a hand-over goes: promoted_at is when the new leader knew, reclaimed_at when it had taken over what the one before held.
ALTER TABLE election ADD COLUMN reclaimed_at timestamptz(3);
-- Which parcel brought a payment to its end; null: pending, or taken without the queue.
ALTER TABLE payment ADD COLUMN parcel text;
