/**
 * The recorded alerts: the table `alert`. Several monitors may record at the same time: of one rule
 * and subject at most one row is open, and the first insert wins. Rows that cleared 90 days ago are
 * deleted.
 */
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { Alert } from '../core/alerts/tracker.js';

/** One time that an alert fired. */
export interface StoredAlert {
  id: string;
  rule: string;
  severity: string;
  /** Empty: the whole system. */
  subject: string;
  text: string;
  /** The monitor that recorded it. */
  monitor: string;
  firedAt: Date;
  /** Null: it fires still. */
  clearedAt: Date | null;
  /** Null: no operator has acknowledged it. */
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  acknowledgedReason: string | null;
}

/** The events that a webhook receives. */
type NoticeKind = 'fired' | 'cleared';

export interface Notice {
  kind: NoticeKind;
  alert: StoredAlert;
}

const COLUMNS = `id, rule, severity, subject, text, monitor, fired_at AS "firedAt", cleared_at AS "clearedAt",
       acknowledged_at AS "acknowledgedAt", acknowledged_by AS "acknowledgedBy", acknowledged_reason AS "acknowledgedReason"`;

const RECORD = `
INSERT INTO alert (id, rule, severity, subject, text, monitor, fired_at)
SELECT id, rule, severity, subject, text, $6, fired_at
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $7::timestamptz[]) AS fired (id, rule, severity, subject, text, fired_at)
ON CONFLICT DO NOTHING`;
const CLEAR = `
UPDATE alert SET cleared_at = clock_timestamp()
 WHERE cleared_at IS NULL
   AND NOT EXISTS (SELECT FROM unnest($1::text[], $2::text[]) AS held (rule, subject) WHERE held.rule = alert.rule AND held.subject = alert.subject)`;
const PURGE = `DELETE FROM alert WHERE cleared_at < clock_timestamp() - interval '90 days'`;
const OPEN = `SELECT ${COLUMNS} FROM alert WHERE cleared_at IS NULL`;
/** With all alerts of the last time: the next page begins before that time. */
const CLEARED = `SELECT ${COLUMNS} FROM alert WHERE cleared_at IS NOT NULL AND fired_at < $1 ORDER BY fired_at DESC FETCH FIRST $2 ROWS WITH TIES`;
/** An open alert is news, however old. One that cleared more than an hour ago is none. */
const UNTOLD = `
SELECT ${COLUMNS}, told_fired_at IS NULL AS "isNew" FROM alert
 WHERE (cleared_at IS NULL AND told_fired_at IS NULL)
    OR (cleared_at > clock_timestamp() - interval '1 hour' AND told_cleared_at IS NULL)
 ORDER BY fired_at LIMIT 100`;
const TOLD: Readonly<Record<NoticeKind, string>> = {
  fired: 'UPDATE alert SET told_fired_at = clock_timestamp() WHERE id = $1',
  cleared: 'UPDATE alert SET told_cleared_at = clock_timestamp() WHERE id = $1',
};
const ACKNOWLEDGE = `
WITH done AS (
  UPDATE alert SET acknowledged_at = clock_timestamp(), acknowledged_by = $2, acknowledged_reason = $3
   WHERE id = $1 AND acknowledged_at IS NULL RETURNING rule, subject),
written AS (
  INSERT INTO audit (actor, action, target, reason, outcome)
  SELECT $2, 'acknowledge', concat_ws(' ', rule, nullif(subject, '')), $3, 'acknowledged' FROM done)
SELECT count(*)::int AS changed FROM done`;
const ONE = `SELECT ${COLUMNS} FROM alert WHERE id = $1`;

export class AlertStore {
  constructor(
    private readonly db: Queryable,
    private readonly monitor: string,
  ) {}

  /** Records the alerts that are not recorded yet. */
  async record(firing: readonly Alert[]): Promise<void> {
    if (firing.length === 0) return;
    await this.db.query(RECORD, [
      firing.map(({ id }) => id),
      firing.map(({ rule }) => rule.name),
      firing.map(({ rule }) => rule.severity),
      firing.map(({ subject }) => subject),
      firing.map(({ text }) => text),
      this.monitor,
      firing.map(({ sinceMs }) => new Date(sinceMs)),
    ]);
  }

  /** Clears every open alert that does not fire any more. */
  async clearOthers(firing: readonly Alert[]): Promise<void> {
    const values = [firing.map(({ rule }) => rule.name), firing.map(({ subject }) => subject)];
    const { rowCount } = await this.db.query(CLEAR, values);
    if ((rowCount ?? 0) > 0) await this.db.query(PURGE);
  }

  async open(): Promise<StoredAlert[]> {
    return (await this.db.query<StoredAlert>({ name: 'open-alerts', text: OPEN })).rows;
  }

  /**
   * The alerts that cleared, newest first. @param before only alerts that fired earlier. @param
   * limit more when the last ones fired at the same time.
   */
  async cleared(before: Date, limit: number): Promise<StoredAlert[]> {
    return (await this.db.query<StoredAlert>(CLEARED, [before, limit])).rows;
  }

  /** The notices that no webhook has confirmed, in the order of the alerts. */
  async untold(): Promise<Notice[]> {
    const { rows } = await this.db.query<StoredAlert & { isNew: boolean }>(UNTOLD);
    return rows.flatMap(({ isNew, ...alert }) => [
      ...(isNew ? [{ kind: 'fired' as const, alert }] : []),
      ...(alert.clearedAt === null ? [] : [{ kind: 'cleared' as const, alert }]),
    ]);
  }

  async markTold({ kind, alert }: Notice): Promise<void> {
    await this.db.query(TOLD[kind], [alert.id]);
  }

  /**
   * Acknowledges an alert and writes the audit row in one statement. The first acknowledgement
   * stays. @returns the alert; null: there is no such alert.
   */
  async acknowledge(id: string, actor: string, reason: string): Promise<StoredAlert | null> {
    await this.db.query(ACKNOWLEDGE, [id, actor, reason]);
    const row = (await this.db.query<StoredAlert>(ONE, [id])).rows[0] ?? null;
    // A monitor recorded it between the two statements.
    return row?.acknowledgedAt === null ? this.acknowledge(id, actor, reason) : row;
  }
}
