/** The stored samples as JSON: the columns of a period, and one moment. */
import { z } from 'zod';
import { memberId, term, timestamp } from '../../shared/contracts/ids.js';
import { roundToTenth } from '../../shared/format.js';
import { sampleStates } from './sample-row.js';
import type { RangeRow, StoredSample } from './sample-store.js';

const measures = z.array(z.number().nullable());
const counts = z.array(z.int().nullable());

/** All columns are as long as `at`. A missing sample is a gap: no monitor recorded then. */
export const seriesRange = z.object({
  stepMs: z.int(),
  /** The beginning of each sample, epoch ms. */
  at: z.array(z.int()),
  /** Payments per second: the mean of the step. */
  committed: measures,
  /** Latency, ms: the mean of the medians, the highest 99th percentile. */
  p50: measures,
  p99: measures,
  /** The highest value of the step. */
  pending: counts,
  waiting: counts,
});
export type SeriesRange = z.infer<typeof seriesRange>;

const figure = z.number().nullable();
const momentSchema = z.object({
  /** The beginning and the length of the sample. */
  at: timestamp,
  stepSec: z.int(),
  /** The monitor that recorded it. */
  monitor: memberId,
  leader: memberId.nullable(),
  term: term.nullable(),
  committed: figure,
  p50Ms: figure,
  p99Ms: figure,
  pending: figure,
  waiting: figure,
  active: figure,
  failed: figure,
  gatewayCalls: figure,
  gatewayFailed: figure,
  cause: z.string().nullable(),
  states: sampleStates,
});
/** Null: no monitor recorded then, or the sample is not kept any more. */
export const lookBack = z.object({ moment: momentSchema.nullable() });
export type Moment = z.infer<typeof momentSchema>;

const round = (value: number | null): number | null =>
  value === null ? null : roundToTenth(value);

export function toSeriesRange(stepSec: number, rows: readonly RangeRow[]): SeriesRange {
  const column = <T>(pick: (row: RangeRow) => T): T[] => rows.map(pick);
  return {
    stepMs: stepSec * 1_000,
    at: column(({ at }) => at.getTime()),
    committed: column(({ committed }) => round(committed)),
    p50: column(({ p50Ms }) => round(p50Ms)),
    p99: column(({ p99Ms }) => round(p99Ms)),
    pending: column(({ pending }) => pending),
    waiting: column(({ waiting }) => waiting),
  };
}

export const toMoment = ({ at, committed, p50Ms, p99Ms, ...rest }: StoredSample): Moment => ({
  ...rest,
  at: at.toISOString(),
  committed: round(committed),
  p50Ms: round(p50Ms),
  p99Ms: round(p99Ms),
});
