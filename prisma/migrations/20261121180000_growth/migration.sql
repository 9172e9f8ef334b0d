-- For a table of ten million payments. Lists by who handled a payment, and in which term, read the whole table when few or none match. A
-- block range index is the one kind that leaves updates in their page ("summarizing"). What is new is summarized by the next vacuum, not
-- at once: by then its outcomes are written, and writing one costs nothing more (at once: 5 µs of 25). So that the rest which every such
-- list must read stays small, a vacuum comes after every fiftieth of the table.
CREATE INDEX payment_handled ON payment USING brin (processed_by, term) WITH (pages_per_range = 32);
ALTER TABLE payment SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_insert_threshold = 50000);
