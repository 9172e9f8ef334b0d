-- Views that answer what people ask, in psql and elsewhere: what became of a payment, who led when and how long a hand-over took, who
-- handled how much, what was retried, what waits, how much a minute, what a patient owes. Each comment says what reading it costs:
-- "by key" is cheap on a table of any size, "all" reads the whole table unless it is filtered as told. Nothing in the services reads them.

CREATE VIEW hand_overs AS
SELECT e.partition, e.term, e.previous_leader AS from_replica, e.leader AS to_replica, e.kind, e.reason, e.monitor, e.votes,
       e.suspected_at, e.elected_at, e.promoted_at, e.reclaimed_at, e.first_commit_at, later.elected_at AS led_until,
       round(extract(epoch FROM e.elected_at - e.suspected_at) * 1000)::bigint AS elect_ms,
       round(extract(epoch FROM e.promoted_at - e.elected_at) * 1000)::bigint AS promote_ms,
       round(extract(epoch FROM e.reclaimed_at - e.promoted_at) * 1000)::bigint AS reclaim_ms,
       round(extract(epoch FROM e.first_commit_at - coalesce(e.reclaimed_at, e.promoted_at)) * 1000)::bigint AS first_commit_ms,
       round(extract(epoch FROM e.first_commit_at - coalesce(e.suspected_at, e.elected_at)) * 1000)::bigint AS total_ms
  FROM election e
  LEFT JOIN election later ON later.partition = e.partition AND later.term = e.term + 1;
COMMENT ON VIEW hand_overs IS 'One row a term: who took over from whom, why, and how long each step took. Cheap: one row an election.';
COMMENT ON COLUMN hand_overs.from_replica IS 'Who led before; null: nobody did.';
COMMENT ON COLUMN hand_overs.kind IS 'What was noticed: first, kill, freeze, ping, gray, left, restart; planned: an operator asked for it.';
COMMENT ON COLUMN hand_overs.votes IS 'Monitors that suspected the leader before; 0 when the hand-over was planned.';
COMMENT ON COLUMN hand_overs.led_until IS 'When the next one was elected; null: this one leads now.';
COMMENT ON COLUMN hand_overs.elect_ms IS 'From the suspicion to the election; null: nobody was suspected.';
COMMENT ON COLUMN hand_overs.promote_ms IS 'From the election until the new leader knew.';
COMMENT ON COLUMN hand_overs.reclaim_ms IS 'From then until it had taken over what the leader before it held.';
COMMENT ON COLUMN hand_overs.first_commit_ms IS 'From then to its first commit; holds also the time until there was something to commit. Below 0: it committed before all was taken over.';
COMMENT ON COLUMN hand_overs.total_ms IS 'From the suspicion, or else the election, to the first commit; null: nothing was committed in this term.';

CREATE VIEW payment_story AS
SELECT p.id, p.seq, p.status, p.amount_minor, p.currency, p.concept,
       p.patient_id, patient.document, patient.full_name, p.batch_id, p.batch_index, batch.sent AS batch_sent,
       p.accepted_by, p.accepted_at, p.answer_waited, p.parcel, p.attempts, p.last_error, p.next_attempt_at, p.reason,
       p.gateway_reference, p.processed_by, p.term, p.completed_at,
       round(extract(epoch FROM p.completed_at - p.accepted_at) * 1000)::bigint AS took_ms,
       e.kind AS term_began_with, e.elected_at AS term_began_at, later.elected_at AS term_ended_at,
       e.elected_at > p.accepted_at AS survived_hand_over,
       p.redrive_of, again.id AS driven_again_as,
       CASE WHEN p.status = 'SUCCEEDED' THEN p.id END AS exit_pass
  FROM payment p
  JOIN patient ON patient.id = p.patient_id
  LEFT JOIN batch ON batch.id = p.batch_id
  LEFT JOIN election e ON e.partition = p.partition AND e.term = p.term
  LEFT JOIN election later ON later.partition = p.partition AND later.term = p.term + 1
  LEFT JOIN payment again ON again.redrive_of = p.id;
COMMENT ON VIEW payment_story IS 'One row a payment that explains itself. By key: WHERE id = …, patient_id = …, batch_id = … or seq BETWEEN …; else all.';
COMMENT ON COLUMN payment_story.seq IS 'Order of acceptance.';
COMMENT ON COLUMN payment_story.batch_sent IS 'How many payments its batch has.';
COMMENT ON COLUMN payment_story.answer_waited IS 'Whether the request that made it asked to wait for the outcome.';
COMMENT ON COLUMN payment_story.parcel IS 'The parcel that brought it to its end; null: pending, or taken without the queue.';
COMMENT ON COLUMN payment_story.last_error IS 'What the last attempt that had to be repeated ran into.';
COMMENT ON COLUMN payment_story.next_attempt_at IS 'When it is tried again; null: it is final, or on its way.';
COMMENT ON COLUMN payment_story.took_ms IS 'From acceptance to the final status.';
COMMENT ON COLUMN payment_story.term_began_with IS 'Kind of the election of the term it was committed under.';
COMMENT ON COLUMN payment_story.term_ended_at IS 'When the next leader was elected; null: that term goes on, or the payment is pending.';
COMMENT ON COLUMN payment_story.survived_hand_over IS 'Whether the leader who committed it was elected after it had been accepted; null: pending.';
COMMENT ON COLUMN payment_story.redrive_of IS 'The failed payment that this one repeats.';
COMMENT ON COLUMN payment_story.driven_again_as IS 'The payment that repeats this failed one.';
COMMENT ON COLUMN payment_story.exit_pass IS 'The exit pass it earned, which has its id; null: none.';

CREATE VIEW handled_by AS
SELECT processed_by, term, status, currency, count(*) AS payments, sum(amount_minor)::bigint AS amount_minor,
       count(*) FILTER (WHERE attempts > 1) AS retried, min(completed_at) AS first_at, max(completed_at) AS last_at
  FROM payment
 WHERE status <> 'PENDING'
 GROUP BY processed_by, term, status, currency;
COMMENT ON VIEW handled_by IS 'Who brought how many payments, and how much money, to which end, in which term. All; WHERE term = … or processed_by = … reads that part alone.';
COMMENT ON COLUMN handled_by.amount_minor IS 'Sum in minor units of the currency.';
COMMENT ON COLUMN handled_by.retried IS 'How many of them took more than one attempt.';

CREATE VIEW retried_payments AS
SELECT id, seq, status, attempts, last_error, reason, next_attempt_at, amount_minor, currency, patient_id, batch_id, accepted_at,
       processed_by, term, completed_at, round(extract(epoch FROM completed_at - accepted_at) * 1000)::bigint AS took_ms
  FROM payment
 WHERE attempts > 1 OR last_error IS NOT NULL;
COMMENT ON VIEW retried_payments IS 'Payments whose charge had to be tried again, and why. All; ORDER BY seq DESC LIMIT … stops when it has found so many; cheap WHERE seq > … or patient_id = ….';
COMMENT ON COLUMN retried_payments.last_error IS 'What the last attempt that had to be repeated ran into.';
COMMENT ON COLUMN retried_payments.reason IS 'Why it was declined or failed at the end; null: it succeeded, or it is pending.';

CREATE VIEW pending_by_age AS
SELECT bound.age, count(*) AS payments, count(*) FILTER (WHERE waiting.next_attempt_at > now()) AS deferred,
       min(waiting.accepted_at) AS oldest_accepted_at, min(waiting.seq) AS oldest_seq
  FROM pending_payment waiting
  JOIN (VALUES (1, 'below 1 s', interval '-1 day', interval '1 s'), (2, '1 to 10 s', interval '1 s', interval '10 s'),
               (3, '10 to 60 s', interval '10 s', interval '60 s'), (4, '1 to 10 min', interval '1 min', interval '10 min'),
               (5, '10 to 60 min', interval '10 min', interval '60 min'), (6, '1 h and more', interval '60 min', interval '100 years'))
       AS bound (place, age, least, most)
    ON now() - waiting.accepted_at >= bound.least AND now() - waiting.accepted_at < bound.most
 GROUP BY bound.place, bound.age
 ORDER BY bound.place;
COMMENT ON VIEW pending_by_age IS 'How many payments have no outcome yet, by how long ago they were accepted. Reads what is pending, nothing else.';
COMMENT ON COLUMN pending_by_age.deferred IS 'How many of them wait for their next attempt.';
COMMENT ON COLUMN pending_by_age.oldest_seq IS 'SELECT * FROM payment_story WHERE seq = … tells its story.';

CREATE VIEW payments_per_minute AS
SELECT date_trunc('minute', completed_at) AS minute, count(*) AS payments,
       count(*) FILTER (WHERE status = 'SUCCEEDED') AS succeeded, count(*) FILTER (WHERE status = 'DECLINED') AS declined,
       count(*) FILTER (WHERE status = 'FAILED') AS failed, min(term) AS first_term, max(term) AS last_term,
       round(1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM completed_at - accepted_at))::numeric)::bigint AS median_ms,
       round(1000 * percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM completed_at - accepted_at))::numeric)::bigint AS p99_ms
  FROM payment
 WHERE seq > (SELECT coalesce(max(seq), 0) FROM payment) - 500000 AND completed_at IS NOT NULL
 GROUP BY 1;
COMMENT ON VIEW payments_per_minute IS 'Outcomes a minute, of the newest 500,000 payments: that bounds its cost, a second or two; the oldest minute shown may be cut.';
COMMENT ON COLUMN payments_per_minute.first_term IS 'Terms that committed in this minute, from …';
COMMENT ON COLUMN payments_per_minute.last_term IS '… to; more than the first: there was a hand-over.';
COMMENT ON COLUMN payments_per_minute.median_ms IS 'From acceptance to outcome: half of them took no longer.';

CREATE VIEW patient_balance AS
SELECT patient.id AS patient_id, patient.document, patient.full_name, money.currency, sum(money.charged)::bigint AS charged_minor,
       sum(money.paid)::bigint AS paid_minor, sum(money.pending)::bigint AS pending_minor,
       greatest(0, sum(money.charged) - sum(money.paid))::bigint AS due_minor
  FROM patient CROSS JOIN LATERAL (
    SELECT currency, amount_minor AS charged, 0::bigint AS paid, 0::bigint AS pending FROM charge WHERE charge.patient_id = patient.id
    UNION ALL
    SELECT currency, 0, CASE WHEN status = 'SUCCEEDED' THEN amount_minor ELSE 0 END, CASE WHEN status = 'PENDING' THEN amount_minor ELSE 0 END
      FROM payment WHERE payment.patient_id = patient.id AND status IN ('SUCCEEDED', 'PENDING')) AS money
 GROUP BY patient.id, patient.document, patient.full_name, money.currency;
COMMENT ON VIEW patient_balance IS 'What each patient was charged, has paid and owes, one row a currency. By key: WHERE patient_id = … or document = …; else all.';
COMMENT ON COLUMN patient_balance.pending_minor IS 'Accepted payments without an outcome; not paid yet.';
COMMENT ON COLUMN patient_balance.due_minor IS 'Charged less paid, never below 0: what was paid too much is not shown as a debt of the hospital''s.';
