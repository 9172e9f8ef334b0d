/**
 * Records in the history when a former leader last reported to the monitor that carried out the
 * election. Written after the election, so that it delays nothing; without it, the time without a
 * leader begins with the suspicion.
 */
import type { Logger } from '../../shared/observability/logger.js';
import type { Queryable } from '../../shared/postgres/postgres.js';
import type { MonitorEvent } from '../core/events.js';

const MARK = `UPDATE election SET worked_at = suspected_at - make_interval(secs => $4::float8 / 1000.0)
 WHERE partition = $1 AND term = $2 AND monitor = $3 AND worked_at IS NULL`;

interface DetectionMark {
  partition: number;
  term: number;
  /** The monitor that carried out the election. */
  monitor: string;
  /** From the last report of the former leader to the suspicion, ms. */
  detectMs: number;
}

async function markDetection(
  db: Queryable,
  { partition, term, monitor, detectMs }: DetectionMark,
): Promise<void> {
  await db.query({
    name: 'mark-detection',
    text: MARK,
    values: [partition, term, monitor, detectMs],
  });
}

/** Returns a listener that marks the elections of this monitor. A failure is only logged. */
export const createDetectionMarks =
  (db: Queryable, monitor: string, logger: Logger) =>
  ({ name, data }: MonitorEvent): void => {
    if (name !== 'election:won' || !data.mine || data.detectMs === null) return;
    const { partition, term, detectMs } = data;
    markDetection(db, { partition, term, monitor, detectMs }).catch((error: unknown) =>
      logger.warn(
        { err: { message: (error as Error).message }, term },
        'cannot record the detection in the history of elections',
      ),
    );
  };
