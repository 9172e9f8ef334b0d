/**
 * The port to the leadership data and its PostgreSQL adapter: leadership, votes, moves,
 * administrative states. The past is in history.ts. Vote, count and election are one call,
 * `vote_and_elect`. The migration documents its guarantees. No state is kept here.
 */
import { writeAudit, type AuditEntry } from '../../shared/postgres/audit.js';
import type { Leadership } from '../../shared/contracts/leadership.js';
import { readLeadership } from '../../shared/postgres/leadership-store.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { readAdminRows, setAdminRow, type AdminChange, type AdminRow } from './admin-table.js';
import { awaitUnblocked, type BlockerOptions } from './blockers.js';
import type { Candidate } from '../core/effects.js';
import type { ElectionKind } from '../core/kinds.js';
import type { PaymentCounts } from '../status/queue-counts.js';

/** A requested change of leadership. */
export interface Change {
  /** The observed term. The database refuses the change when this is not the current term. */
  term: number;
  kind: ElectionKind;
  reason: string;
  /** Age of the suspicion on the monitor's clock, in ms. Null: there was no suspicion. */
  suspectedMsAgo: number | null;
}

export interface VoteAnswer {
  votes: number;
  majority: number;
  /** Whether this vote completed the election. */
  elected: boolean;
  /** The leadership row after the vote. */
  leadership: Leadership;
}

export interface LeadershipStore {
  read(): Promise<Leadership>;
  voteAndElect(change: Change & { candidate: Candidate | null }): Promise<VoteAnswer>;
  /** @returns null when the term had already moved or the candidate is not ready. */
  move(change: Change & { candidate: Candidate }): Promise<Leadership | null>;
  adminStates(): Promise<AdminRow[]>;
  /** Sets the state and writes the audit row in one statement. */
  setAdminState(change: AdminChange): Promise<void>;
  audit(entry: AuditEntry): Promise<void>;
  /** Payments by status, counted by the partial indexes. */
  paymentCounts(): Promise<PaymentCounts>;
}

interface LeadershipRow extends Omit<Leadership, 'electedAt'> {
  electedAt: Date;
}

const ROW = `leader, boot_id AS "bootId", term, reason, elected_at AS "electedAt"`;
const toLeadership = ({ electedAt, ...row }: LeadershipRow): Leadership => ({
  ...row,
  electedAt: electedAt.toISOString(),
});

const VOTE = `SELECT $1::int AS partition, votes, majority, elected, ${ROW}
  FROM vote_and_elect($1::smallint, $2::bigint, $3, $4::text[], $5::float8, $6, $7, $8, $9, $10::float8)`;
const MOVE = `SELECT partition, ${ROW} FROM move_leadership($1::smallint, $2::bigint, $3, $4, $5, $6, $7, 0, $8::float8)`;
const COUNTS = `SELECT (SELECT count(*) FROM pending_payment WHERE partition = $1) AS pending, (SELECT count(*) FROM failed_payment) AS failed,
       oldest.*
  FROM (SELECT) AS one LEFT JOIN LATERAL (
    SELECT extract(epoch FROM clock_timestamp() - q.accepted_at)::float8 AS "oldestPendingSec", p.last_error AS "oldestError",
           extract(epoch FROM q.next_attempt_at - clock_timestamp())::float8 AS "oldestDueSec"
      FROM (SELECT * FROM pending_payment WHERE partition = $1 ORDER BY seq LIMIT 1) AS q JOIN payment p ON p.id = q.payment_id) AS oldest ON true`;

export interface StoreOptions extends BlockerOptions {
  partition: number;
  monitor: string;
  /** The monitors whose votes count. */
  monitors: readonly string[];
  voteFreshMs: number;
}

/**
 * Prepares the two statements of a failover on a new connection, with a partition that does not
 * exist, so they lock and change nothing. Otherwise parsing and compiling the functions would delay
 * the first election on a connection.
 */
export async function warmUp(connection: Queryable): Promise<void> {
  await connection.query({
    name: 'vote-and-elect',
    text: VOTE,
    values: [-1, -1, '', [], 0, null, null, '', '', null],
  });
  await connection.query({
    name: 'move-leadership',
    text: MOVE,
    values: [-1, -1, '', '', '', '', '', null],
  });
}

export class PostgresLeadershipStore implements LeadershipStore {
  constructor(
    private readonly db: Queryable,
    private readonly options: StoreOptions,
  ) {}

  read(): Promise<Leadership> {
    return readLeadership(this.db, this.options.partition);
  }

  async voteAndElect(change: Change & { candidate: Candidate | null }): Promise<VoteAnswer> {
    const { partition, monitor, monitors, voteFreshMs } = this.options;
    const { term, candidate, kind, reason, suspectedMsAgo } = change;
    const standing = [candidate?.id ?? null, candidate?.bootId ?? null];
    const { rows } = await awaitUnblocked(
      this.db,
      monitor,
      this.options,
      this.db.query<LeadershipRow & Omit<VoteAnswer, 'leadership'>>({
        name: 'vote-and-elect',
        text: VOTE,
        values: [
          partition,
          term,
          monitor,
          monitors,
          voteFreshMs,
          ...standing,
          kind,
          reason,
          suspectedMsAgo,
        ],
      }),
    );
    const { votes, majority, elected, ...row } = rows[0] as (typeof rows)[0];
    return { votes, majority, elected, leadership: toLeadership(row) };
  }

  async move({
    term,
    candidate,
    kind,
    reason,
    suspectedMsAgo,
  }: Change & { candidate: Candidate }): Promise<Leadership | null> {
    const { partition, monitor } = this.options;
    const values = [
      partition,
      term,
      candidate.id,
      candidate.bootId,
      kind,
      reason,
      monitor,
      suspectedMsAgo,
    ];
    const { rows } = await awaitUnblocked(
      this.db,
      monitor,
      this.options,
      this.db.query<LeadershipRow>({ name: 'move-leadership', text: MOVE, values }),
    );
    return rows[0] ? toLeadership(rows[0]) : null;
  }

  adminStates(): Promise<AdminRow[]> {
    return readAdminRows(this.db, 'replica');
  }

  setAdminState(change: AdminChange): Promise<void> {
    return setAdminRow(this.db, 'replica', change);
  }

  audit(entry: AuditEntry): Promise<void> {
    return writeAudit(this.db, entry);
  }

  async paymentCounts(): Promise<PaymentCounts> {
    const { rows } = await this.db.query<PaymentCounts>({
      name: 'payment-counts',
      text: COUNTS,
      values: [this.options.partition],
    });
    return rows[0] as (typeof rows)[0];
  }
}
