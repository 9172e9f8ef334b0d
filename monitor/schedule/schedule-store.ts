/**
 * The hand-overs of a later time in PostgreSQL (table `scheduled_handover`). Each change is one
 * statement with a condition on the state, and writes its audit row itself. All times come from
 * the clock of the database. The newest KEPT orders are kept; the audit keeps all.
 */
import { randomUUID } from 'node:crypto';
import type { ScheduleState } from '../../shared/contracts/scheduled-handover.js';
import { parseTime } from '../../shared/core/parse-time.js';
import { Problem } from '../../shared/errors.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import { SCHEDULE_GRACE_MS } from '../core/schedule.js';
import { getTimelyCondition, toDueInMs, toUtcText } from './time-range.js';

/** A claimed order without a result after this time has none, in ms: its monitor ended. */
const ABANDONED_MS = 180_000;
/** Rows in the list. */
const LISTED = 50;
/** Ended orders that are kept. An order deletes some of the older ones. */
const KEPT = 1_000;
/** Ended orders that one order deletes at most, so that it ends within its time limit. */
const PURGED_MAX = 100;

export interface ScheduleRow {
  id: string;
  at: Date;
  to: string | null;
  leader: string | null;
  reason: string;
  orderedBy: string;
  orderedAt: Date;
  state: ScheduleState;
  claimedBy: string | null;
  outcome: string;
  endedAt: Date | null;
  /** Time until it is due, ms; negative: its time has passed. */
  dueInMs: number;
}

export interface ScheduleOrder {
  at: string;
  to: string | null;
  reason: string;
  actor: string;
}

/** A result of an order. */
export type ScheduleEnd = Extract<ScheduleState, 'done' | 'missed' | 'failed'>;

const ROW = `id, due_at AS at, successor AS "to", leader, reason, ordered_by AS "orderedBy", ordered_at AS "orderedAt", state,
  claimed_by AS "claimedBy", outcome, ended_at AS "endedAt", ${toDueInMs('due_at')} AS "dueInMs"`;

const noted = (actor: string, action: string, outcome: string): string => `
noted AS (
  INSERT INTO audit (actor, action, target, reason, outcome)
  SELECT ${actor}, ${action}, coalesce(successor, ''), ${action === `'unschedule'` ? '$3' : 'reason'}, ${outcome} FROM done)
SELECT ${ROW} FROM done`;

const ORDER = `
WITH checked AS (SELECT ${getTimelyCondition('$2')} AS timely),
done AS (
  INSERT INTO scheduled_handover (id, partition, due_at, successor, leader, reason, ordered_by)
  SELECT $1::uuid, $6::smallint, $2, $3, (SELECT leader FROM leadership WHERE partition = $6::smallint), $4, $5 FROM checked WHERE timely
  ON CONFLICT (partition) WHERE state IN ('pending', 'running') DO NOTHING
  RETURNING *),
noted AS (
  INSERT INTO audit (actor, action, target, reason, outcome)
  SELECT ordered_by, 'schedule', coalesce(successor, ''), reason,
         'for ' || ${toUtcText('due_at')} FROM done),
purged AS (
  DELETE FROM scheduled_handover WHERE EXISTS (SELECT FROM done) AND id IN (
    SELECT id FROM scheduled_handover WHERE partition = $6::smallint ORDER BY ordered_at DESC OFFSET ${KEPT} LIMIT ${PURGED_MAX}))
SELECT timely, ${ROW} FROM checked LEFT JOIN done ON true`;

/** The open order comes first: when the clock was set back, an ended one may seem newer. */
const LATEST = `
SELECT ${ROW} FROM scheduled_handover
 WHERE partition = $1 AND (state IN ('pending', 'running')
    OR (state IN ('done', 'missed', 'failed') AND ended_at > clock_timestamp() - interval '24 hours'))
 ORDER BY ended_at IS NULL DESC, ordered_at DESC LIMIT 1`;
const LIST = `SELECT ${ROW} FROM scheduled_handover WHERE partition = $1 ORDER BY ordered_at DESC, id LIMIT ${LISTED}`;

const CANCEL = `
WITH done AS (
  UPDATE scheduled_handover SET state = 'cancelled', outcome = 'cancelled: ' || $3, ended_at = clock_timestamp()
   WHERE id = $1 AND state = 'pending' RETURNING *),${noted('$2', `'unschedule'`, `'cancelled'`)}`;

/** The condition on the state is the claim: of several monitors, one changes the row. */
const CLAIM = `
UPDATE scheduled_handover SET state = 'running', claimed_by = $2, claimed_at = clock_timestamp()
 WHERE id = $1 AND state = 'pending' AND due_at <= clock_timestamp()
   AND due_at > clock_timestamp() - $3::float8 * interval '1 ms'
RETURNING ${ROW}`;

const MISS = `
WITH done AS (
  UPDATE scheduled_handover SET state = 'missed', outcome = $2, ended_at = clock_timestamp()
   WHERE id = $1 AND state = 'pending' AND due_at <= clock_timestamp() RETURNING *),
${noted('ordered_by', `'handover'`, `'missed: ' || outcome`)}`;

/** The hand-over itself wrote the audit row. */
const END = `
UPDATE scheduled_handover SET state = $3, outcome = $4, ended_at = clock_timestamp()
 WHERE id = $1 AND state = 'running' AND claimed_by = $2`;

const ABANDON = `
WITH done AS (
  UPDATE scheduled_handover SET state = 'failed', ended_at = clock_timestamp(),
         outcome = claimed_by || ' began it and recorded no result; the elections show whether the leadership moved'
   WHERE id = $1 AND state = 'running' AND claimed_at < clock_timestamp() - $2::float8 * interval '1 ms' RETURNING *),
${noted('ordered_by', `'handover'`, `'failed: ' || outcome`)}`;

export class ScheduleStore {
  constructor(
    private readonly db: Queryable,
    private readonly partition: number,
    private readonly monitor: string,
  ) {}

  /** @throws Problem SCHEDULE_TIME_INVALID, SCHEDULE_EXISTS. */
  async order({ at, to, reason, actor }: ScheduleOrder): Promise<ScheduleRow> {
    // PostgreSQL refuses the text of some valid times: the year 0, and a fraction of many digits.
    const values = [randomUUID(), parseTime(at), to, reason, actor, this.partition];
    const { rows } = await this.db.query<{ timely: boolean } & ScheduleRow>(ORDER, values);
    const { timely, ...row } = rows[0] as (typeof rows)[0];
    if (!timely) throw new Problem('SCHEDULE_TIME_INVALID');
    if ((row.id as string | null) === null) throw new Problem('SCHEDULE_EXISTS');
    return row;
  }

  /** @throws Problem SCHEDULE_NOT_FOUND, SCHEDULE_ENDED. */
  async cancel(id: string, reason: string, actor: string): Promise<ScheduleRow> {
    const { rows } = await this.db.query<ScheduleRow>(CANCEL, [id, actor, reason]);
    if (rows[0]) return rows[0];
    const text = 'SELECT state FROM scheduled_handover WHERE id = $1';
    const found = await this.db.query<{ state: string }>(text, [id]);
    if (!found.rows[0]) throw new Problem('SCHEDULE_NOT_FOUND');
    throw new Problem('SCHEDULE_ENDED', `The scheduled hand-over is ${found.rows[0].state}`);
  }

  /** The open order, or the latest that ended within 24 hours and was not cancelled. */
  async readLatest(): Promise<ScheduleRow | null> {
    const query = { name: 'scheduled-handover', text: LATEST, values: [this.partition] };
    return (await this.db.query<ScheduleRow>(query)).rows[0] ?? null;
  }

  /** Newest first. */
  async list(): Promise<ScheduleRow[]> {
    return (await this.db.query<ScheduleRow>(LIST, [this.partition])).rows;
  }

  /** @returns null: another monitor claimed it, it was cancelled, or it is not due. */
  async claim(id: string): Promise<ScheduleRow | null> {
    const values = [id, this.monitor, SCHEDULE_GRACE_MS];
    return (await this.db.query<ScheduleRow>(CLAIM, values)).rows[0] ?? null;
  }

  /** Ends a pending order. Does nothing when it is no longer pending. */
  async miss(id: string, cause: string): Promise<void> {
    await this.db.query(MISS, [id, cause]);
  }

  /** Records the result of an order that this monitor claimed. */
  async end(id: string, state: ScheduleEnd, outcome: string): Promise<void> {
    await this.db.query(END, [id, this.monitor, state, outcome]);
  }

  /** Ends a claimed order that has had no result for ABANDONED_MS. */
  async abandon(id: string): Promise<void> {
    await this.db.query(ABANDON, [id, ABANDONED_MS]);
  }
}
