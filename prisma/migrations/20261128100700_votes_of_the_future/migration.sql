-- vote_and_elect as before, and safe when the database's clock is set back: a vote of the future does not count and is deleted.
CREATE OR REPLACE FUNCTION vote_and_elect(
  p_partition smallint, p_observed_term bigint, p_monitor text, p_monitors text[], p_fresh_ms double precision,
  p_candidate text, p_boot_id text, p_kind text, p_reason text, p_suspected_ms_ago double precision,
  OUT votes integer, OUT majority integer, OUT elected boolean, OUT term bigint, OUT leader text, OUT boot_id text,
  OUT reason text, OUT elected_at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
  now_is leadership;
BEGIN
  majority := cardinality(p_monitors) / 2 + 1;
  votes := 0;
  elected := false;
  SELECT * INTO now_is FROM leadership l WHERE l.partition = p_partition FOR UPDATE;
  IF now_is.term = p_observed_term THEN
    INSERT INTO vote AS v (partition, monitor, term, reason, cast_at)
    VALUES (p_partition, p_monitor, p_observed_term, p_reason, clock_timestamp())
    ON CONFLICT (partition, monitor) DO UPDATE SET term = excluded.term, reason = excluded.reason, cast_at = excluded.cast_at;
    -- Cast in the future: the clock was set back since. How old such a vote is cannot be told, and once the clock had caught up with it,
    -- it would count as fresh. One millisecond is the rounding of the column.
    DELETE FROM vote v WHERE v.partition = p_partition AND v.cast_at > clock_timestamp() + interval '1 millisecond';
    SELECT count(*) INTO votes FROM vote v
     WHERE v.partition = p_partition AND v.term = p_observed_term AND v.monitor = ANY (p_monitors)
       AND v.cast_at > clock_timestamp() - make_interval(secs => p_fresh_ms / 1000.0);
    IF votes >= majority AND p_candidate IS NOT NULL THEN
      SELECT m.* INTO now_is FROM move_leadership(p_partition, p_observed_term, p_candidate, p_boot_id, p_kind, p_reason,
                                                  p_monitor, votes, p_suspected_ms_ago) m;
      elected := FOUND;
      IF NOT elected THEN
        SELECT * INTO now_is FROM leadership l WHERE l.partition = p_partition;
      END IF;
    END IF;
  END IF;
  term := now_is.term;
  leader := now_is.leader;
  boot_id := now_is.boot_id;
  reason := now_is.reason;
  elected_at := now_is.elected_at;
END $$;
