-- handled_by reads where payments of a replica, term and end lie (handled_range), so that asked for one term or replica it reads those
-- stretches alone. A payment lies in exactly one range: that of its number, term, replica and end.
CREATE OR REPLACE VIEW handled_by AS
SELECT r.processed_by, r.term, r.status, p.currency, count(*) AS payments, sum(p.amount_minor)::bigint AS amount_minor,
       count(*) FILTER (WHERE p.attempts > 1) AS retried, min(p.completed_at) AS first_at, max(p.completed_at) AS last_at
  FROM handled_range r
  JOIN payment p ON p.seq BETWEEN r.first_seq AND r.last_seq AND p.partition = r.partition AND p.term = r.term
                AND p.processed_by = r.processed_by AND p.status = r.status
 GROUP BY r.processed_by, r.term, r.status, p.currency;
COMMENT ON VIEW handled_by IS 'Who brought how many payments, and how much money, to which end, in which term. All; WHERE term = …, processed_by = … or status = … reads only where those lie.';
