/**
 * The stored samples: the table `status_sample`. Times are those of the database, rounded down to
 * the step, so two monitors that write at once make one row.
 */
import type { Queryable } from '../../shared/postgres/postgres.js';
import { TIERS, type Tier } from '../core/sample-tiers.js';
import type { SampleFigures, SampleRow } from './sample-row.js';

/** A row as stored. */
export interface StoredSample extends SampleRow {
  /** The beginning of the step. */
  at: Date;
  stepSec: number;
  monitor: string;
}

export type RangeRow = SampleFigures & Pick<StoredSample, 'at'>;

const [FINEST] = TIERS;
const FIGURES = `committed, p50_ms AS "p50Ms", p99_ms AS "p99Ms", pending, waiting, active, failed,
       gateway_calls AS "gatewayCalls", gateway_failed AS "gatewayFailed"`;
const COLUMNS =
  'step_sec, at, monitor, leader, term, committed, p50_ms, p99_ms, pending, waiting, active, failed, gateway_calls, gateway_failed, cause, states';

const floorTo = (time: string, step: string): string =>
  `to_timestamp(floor(extract(epoch FROM ${time}) / ${step}) * ${step})`;

const ADD = `INSERT INTO status_sample (${COLUMNS})
VALUES (${FINEST.stepSec}, ${floorTo('clock_timestamp()', String(FINEST.stepSec))}, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, left($13, 400), $14)
ON CONFLICT (step_sec, at) DO NOTHING`;

/**
 * Makes the coarser samples of the periods that have ended. Rates and medians are means, all else
 * is the highest value of the period, so no peak is lost; leader, states and cause are those at its
 * end.
 */
const ROLL_UP = `
INSERT INTO status_sample (${COLUMNS})
SELECT $2::int, bucket, (array_agg(monitor ORDER BY at DESC))[1], (array_agg(leader ORDER BY at DESC))[1], (array_agg(term ORDER BY at DESC))[1],
       avg(committed), avg(p50_ms), max(p99_ms), max(pending), max(waiting), max(active), max(failed), max(gateway_calls), max(gateway_failed),
       (array_agg(cause ORDER BY at DESC))[1], (array_agg(states ORDER BY at DESC))[1]
  FROM (SELECT *, ${floorTo('at', '$2::int')} AS bucket FROM status_sample
         WHERE step_sec = $1 AND at >= coalesce((SELECT max(at) FROM status_sample WHERE step_sec = $2), '-infinity')) AS finer
 WHERE bucket + make_interval(secs => $2) <= clock_timestamp()
 GROUP BY bucket
ON CONFLICT (step_sec, at) DO NOTHING`;

const PRUNE = `DELETE FROM status_sample WHERE step_sec = $1 AND at < clock_timestamp() - make_interval(secs => $2)`;

const RANGE = `SELECT at, ${FIGURES} FROM status_sample WHERE step_sec = $1 AND at >= $2 AND at < $3 ORDER BY at`;

/** The finest sample that began at most two steps before the moment. */
const MOMENT = `
SELECT found.at, found.step_sec AS "stepSec", found.monitor, found.leader, found.term, found.cause, found.states, ${FIGURES}
  FROM unnest($2::int[]) AS tier (step) CROSS JOIN LATERAL (
    SELECT * FROM status_sample WHERE step_sec = tier.step AND at <= $1 AND at > $1::timestamptz - make_interval(secs => 2 * tier.step)
     ORDER BY at DESC LIMIT 1) AS found
 ORDER BY found.step_sec LIMIT 1`;

export class SampleStore {
  constructor(
    private readonly db: Queryable,
    private readonly monitor: string,
  ) {}

  /** Adds a sample of the current step, unless another monitor has added it. */
  async add(row: SampleRow): Promise<void> {
    const { leader, term, committed, p50Ms, p99Ms, pending, waiting, active, failed } = row;
    const figures = [committed, p50Ms, p99Ms, pending, waiting, active, failed];
    const calls = [row.gatewayCalls, row.gatewayFailed, row.cause, JSON.stringify(row.states)];
    await this.db.query({
      name: 'add-sample',
      text: ADD,
      values: [this.monitor, leader, term, ...figures, ...calls],
    });
  }

  /** Makes the coarser samples of ended periods, then deletes old samples. */
  async rollUp(): Promise<void> {
    for (const [index, { stepSec }] of TIERS.entries()) {
      const finer = TIERS[index - 1];
      if (finer) await this.db.query(ROLL_UP, [finer.stepSec, stepSec]);
    }
    for (const { stepSec, keepSec } of TIERS) await this.db.query(PRUNE, [stepSec, keepSec]);
  }

  /** The samples of a period, oldest first. A missing sample is a gap. */
  async range({ stepSec }: Tier, from: Date, to: Date): Promise<RangeRow[]> {
    const values = [stepSec, from, to];
    return (await this.db.query<RangeRow>({ name: 'sample-range', text: RANGE, values })).rows;
  }

  /** The sample of a moment; null: no monitor recorded then, or it is not kept any more. */
  async moment(at: Date): Promise<StoredSample | null> {
    const steps = TIERS.map(({ stepSec }) => stepSec);
    const values = [at, steps];
    const { rows } = await this.db.query<StoredSample>({
      name: 'sample-moment',
      text: MOMENT,
      values,
    });
    return rows[0] ?? null;
  }
}
