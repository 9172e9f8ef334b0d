-- A test payment (currency XTS) earns no exit pass, in the view as in the API.
CREATE OR REPLACE VIEW payment_story AS
SELECT p.id, p.seq, p.status, p.amount_minor, p.currency, p.concept,
       p.patient_id, patient.document, patient.full_name, p.batch_id, p.batch_index, batch.sent AS batch_sent,
       p.accepted_by, p.accepted_at, p.answer_waited, p.parcel, p.attempts, p.last_error, p.next_attempt_at, p.reason,
       p.gateway_reference, p.processed_by, p.term, p.completed_at,
       round(extract(epoch FROM p.completed_at - p.accepted_at) * 1000)::bigint AS took_ms,
       e.kind AS term_began_with, e.elected_at AS term_began_at, later.elected_at AS term_ended_at,
       e.elected_at > p.accepted_at AS survived_hand_over,
       p.redrive_of, again.id AS driven_again_as,
       CASE WHEN p.status = 'SUCCEEDED' AND paid_sign(p.kind) > 0 AND p.currency <> 'XTS' THEN p.id END AS exit_pass,
       p.kind, p.of_payment, p.cancel_requested_at, p.cancel_reason
  FROM payment p
  JOIN patient ON patient.id = p.patient_id
  LEFT JOIN batch ON batch.id = p.batch_id
  LEFT JOIN election e ON e.partition = p.partition AND e.term = p.term
  LEFT JOIN election later ON later.partition = p.partition AND later.term = p.term + 1
  LEFT JOIN payment again ON again.redrive_of = p.id;
