/** Times that an operator orders for later, in SQL. The clock of the database decides. */
import { SCHEDULE_LEAST_MS, SCHEDULE_MOST_MS } from '../../shared/contracts/scheduled-handover.js';
import { parseTime } from '../../shared/core/parse-time.js';
import { Problem } from '../../shared/errors.js';
import type { Queryable } from '../../shared/postgres/postgres.js';

/** The condition that the time is 5 seconds to 7 days from now. @param at an expression. */
export const getTimelyCondition = (at: string): string =>
  `${at}::timestamptz BETWEEN clock_timestamp() + interval '${SCHEDULE_LEAST_MS} ms' AND clock_timestamp() + interval '${SCHEDULE_MOST_MS} ms'`;

/** The time until then, ms; negative: it has passed. @param at a column. */
export const toDueInMs = (at: string): string =>
  `extract(epoch FROM ${at} - clock_timestamp())::float8 * 1000`;

/** The time as text with whole seconds, in UTC. @param at a column. */
export const toUtcText = (at: string): string =>
  `to_char(${at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

/** @param at ISO 8601. @throws Problem SCHEDULE_TIME_INVALID. */
export async function requireTimely(db: Queryable, at: string): Promise<void> {
  const values = [parseTime(at)];
  const { rows } = await db.query<{ timely: boolean }>(
    `SELECT ${getTimelyCondition('$1')} AS timely`,
    values,
  );
  if (!rows[0]?.timely) throw new Problem('SCHEDULE_TIME_INVALID');
}
