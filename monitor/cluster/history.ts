/**
 * Reads the history from PostgreSQL: elections, actions of operators, recent latency of payments.
 * Read-only, every list is bounded, and every monitor returns the same.
 */
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { Marks } from '../core/steps.js';

/**
 * One row of the history. A time is null when the step has not happened or there was no suspicion.
 */
export interface ElectionRow extends Marks {
  partition: number;
  term: number;
  leader: string;
  bootId: string;
  previousLeader: string | null;
  kind: string;
  reason: string;
  monitor: string;
  votes: number;
  /**
   * Whether a payment of its term was accepted before the new leader had taken over; null: its
   * leader has not committed yet.
   */
  paymentsWaited: boolean | null;
}

export interface AuditRow {
  id: number;
  at: Date;
  actor: string;
  action: string;
  target: string;
  reason: string;
  outcome: string;
}

/**
 * The filters of a list. Null or omitted: no filter. Texts match anywhere in their column,
 * case-insensitively.
 */
interface Page {
  limit: number;
  /** Only entries older than this term or row. Null: from the newest. */
  before: number | null;
  from?: string | null;
  until?: string | null;
  /** Text in the reason. */
  text?: string | null;
}
export interface ElectionFilter extends Page {
  /** The new or the previous leader. */
  replica?: string | null;
  kind?: string | null;
  monitor?: string | null;
}
export interface AuditFilter extends Page {
  actor?: string | null;
  action?: string | null;
  target?: string | null;
}

/** Latency of payments from acceptance to outcome, ms. */
export interface Latency {
  p50: number;
  p99: number;
}

/** The facts about a pending payment that explain its waiting. */
export interface PendingFacts {
  /** The error of its last failed attempt; null: none failed. */
  lastError: string | null;
  /** Time until its next attempt, ms; negative: due. Null: it is not postponed. */
  nextAttemptMs: number | null;
  /** Pending payments accepted before it; counted up to a bound. */
  ahead: number;
}

export interface History {
  /** Newest first. */
  elections(filter: ElectionFilter): Promise<ElectionRow[]>;
  audit(filter: AuditFilter): Promise<AuditRow[]>;
  /** Latency of the payments that became final in the last two seconds. Null: there were none. */
  latency(): Promise<Latency | null>;
  /** Null: no pending payment has this id. */
  pendingPayment(id: string): Promise<PendingFacts | null>;
}

/** The first payment of a term is that with the lowest `seq` in the ranges of the term. */
const ELECTIONS = `
WITH page AS MATERIALIZED (
SELECT partition, term, leader, boot_id AS "bootId", previous_leader AS "previousLeader", kind, reason, monitor, votes,
       worked_at AS "workedAt", suspected_at AS "suspectedAt", elected_at AS "electedAt", promoted_at AS "promotedAt", reclaimed_at AS "reclaimedAt",
       first_commit_at AS "firstCommitAt"
  FROM election
 WHERE partition = $1 AND term < $2
   AND ($4::timestamptz IS NULL OR elected_at >= $4) AND ($5::timestamptz IS NULL OR elected_at < $5)
   AND ($6::text IS NULL OR strpos(lower(reason), lower($6)) > 0)
   AND ($7::text IS NULL OR $7 IN (leader, previous_leader)) AND ($8::text IS NULL OR kind = $8) AND ($9::text IS NULL OR monitor = $9)
 ORDER BY term DESC LIMIT $3),
firsts AS (SELECT term, min(first_seq) AS seq FROM handled_range WHERE partition = $1 AND term IN (SELECT term FROM page) GROUP BY term)
SELECT page.*, p.accepted_at < coalesce(page."reclaimedAt", page."electedAt") AS "paymentsWaited"
  FROM page LEFT JOIN firsts USING (term) LEFT JOIN payment p ON p.seq = firsts.seq ORDER BY term DESC`;

const AUDIT = `SELECT id, at, actor, action, target, reason, outcome
  FROM audit
 WHERE id < $1
   AND ($3::timestamptz IS NULL OR at >= $3) AND ($4::timestamptz IS NULL OR at < $4)
   AND ($5::text IS NULL OR strpos(lower(reason), lower($5)) > 0)
   AND ($6::text IS NULL OR strpos(lower(actor), lower($6)) > 0) AND ($7::text IS NULL OR action = $7) AND ($8::text IS NULL OR target = $8)
 ORDER BY id DESC LIMIT $2`;

/**
 * Payments become final in the order of their acceptance, so the latest outcomes are directly
 * before the oldest pending payment that is not deferred. Reads at most 500 rows with two index
 * scans: about one millisecond, independent of the size of the table.
 */
const LATENCY = `
WITH front AS (SELECT coalesce(min(seq), 9223372036854775807) AS seq FROM pending_payment WHERE partition = $1 AND next_attempt_at IS NULL),
     latest AS (SELECT accepted_at, completed_at FROM payment WHERE seq < (SELECT seq FROM front) ORDER BY seq DESC LIMIT 500)
SELECT percentile_disc(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM completed_at - accepted_at)::float8 * 1000) AS ms
  FROM latest WHERE completed_at > clock_timestamp() - interval '2 seconds'`;

/** Maximum count of earlier pending payments. */
const AHEAD_MAX = 1_000;

const PENDING = `
SELECT p.last_error AS "lastError", extract(epoch FROM p.next_attempt_at - clock_timestamp())::float8 * 1000 AS "nextAttemptMs",
       (SELECT count(*) FROM (SELECT 1 FROM pending_payment AS other WHERE other.partition = p.partition AND other.seq < p.seq
                               LIMIT ${AHEAD_MAX}) AS earlier) AS ahead
  FROM payment AS p WHERE p.id = $1::uuid AND p.completed_at IS NULL`;

const NEWEST = Number.MAX_SAFE_INTEGER;

export class PostgresHistory implements History {
  constructor(
    private readonly db: Queryable,
    private readonly partition: number,
  ) {}

  async elections({
    limit,
    before,
    from,
    until,
    text,
    replica,
    kind,
    monitor,
  }: ElectionFilter): Promise<ElectionRow[]> {
    const narrowed = [from, until, text, replica, kind, monitor].map((value) => value ?? null);
    const values = [this.partition, before ?? NEWEST, limit, ...narrowed];
    return (await this.db.query<ElectionRow>({ name: 'elections', text: ELECTIONS, values })).rows;
  }

  async audit({
    limit,
    before,
    from,
    until,
    text,
    actor,
    action,
    target,
  }: AuditFilter): Promise<AuditRow[]> {
    const values = [
      before ?? NEWEST,
      limit,
      ...[from, until, text, actor, action, target].map((value) => value ?? null),
    ];
    return (await this.db.query<AuditRow>({ name: 'audit', text: AUDIT, values })).rows;
  }

  async latency(): Promise<Latency | null> {
    const { rows } = await this.db.query<{ ms: [number, number] | null }>({
      name: 'latency',
      text: LATENCY,
      values: [this.partition],
    });
    const ms = rows[0]?.ms;
    return ms ? { p50: ms[0], p99: ms[1] } : null;
  }

  async pendingPayment(id: string): Promise<PendingFacts | null> {
    const { rows } = await this.db.query<PendingFacts>({
      name: 'pending-payment',
      text: PENDING,
      values: [id],
    });
    return rows[0] ?? null;
  }
}
