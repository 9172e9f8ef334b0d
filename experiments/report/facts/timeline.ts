/**
 * A run over time, in at most a few hundred buckets: due requests, their fates and their latencies.
 * A chart of a million requests is as small as one of a thousand. A request belongs to the bucket
 * of its due time. Pure; one pass; linear, except for sorting each bucket.
 */
import type { RequestRecord } from '../../record/history.js';
import { percentile } from '../../../shared/percentile.js';
import { getAnsweredRow, fateOf, getLatency, weightOf, type Rows } from './fate.js';

interface Bucket {
  /** Relative to the origin of the timeline, ms. */
  fromMs: number;
  sent: number;
  inTime: number;
  /** Of the requests with a final response, ms; NaN when there was none. */
  p50: number;
  p99: number;
  max: number;
}

export interface Timeline {
  /** Wall clock, ms since 1970. */
  originMs: number;
  spanMs: number;
  /** Due time of the last request, relative to the origin: later buckets contain no rate. */
  lastDueMs: number;
  bucketMs: number;
  buckets: readonly Bucket[];
}

const MOST_BUCKETS = 160;
const SECOND_MS = 1_000;
const WIDTHS_S = [
  0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 21_600, 86_400,
];

/** With fewer requests per bucket a constant rate would look uneven. */
const FEWEST_REQUESTS = 10;

/**
 * The smallest round width with at most `MOST_BUCKETS` buckets and at least `FEWEST_REQUESTS`
 * requests per bucket on average, ms.
 */
function widthFor(spanMs: number, requests: number): number {
  const most = Math.max(1, Math.min(MOST_BUCKETS, requests / FEWEST_REQUESTS));
  return (
    WIDTHS_S.map((seconds) => seconds * SECOND_MS).find((width) => spanMs / width <= most) ??
    spanMs / most
  );
}

/**
 * Times of the first and the last request, wall clock; without requests the period of the whole
 * system.
 */
export function extent(
  requests: Iterable<RequestRecord>,
  startedMs: number,
  endedMs: number,
): [number, number] {
  let first = Infinity;
  let last = -Infinity;
  for (const { intendedMs, answeredMs } of requests) {
    first = Math.min(first, intendedMs);
    last = Math.max(last, answeredMs);
  }
  return first <= last ? [first, last] : [startedMs, Math.max(startedMs, endedMs)];
}

interface Gathered {
  sent: number;
  inTime: number;
  latencies: number[];
}

const summarizeBucket = ({ sent, inTime, latencies }: Gathered, fromMs: number): Bucket => {
  latencies.sort((a, b) => a - b);
  return {
    fromMs,
    sent,
    inTime,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: latencies.at(-1) ?? NaN,
  };
};

/**
 * @param keptOneIn of the requests in time only one in this many is kept, and represents the
 *   others.
 */
export function timelineOf(
  requests: readonly RequestRecord[],
  rows: Rows,
  deadlineMs: number,
  [originMs, endMs]: readonly [number, number],
  keptOneIn = 1,
): Timeline {
  const spanMs = Math.max(1, endMs - originMs);
  const bucketMs = widthFor(spanMs, requests.length);
  const gathered = Array.from({ length: Math.ceil(spanMs / bucketMs) }, (): Gathered => ({
    sent: 0,
    inTime: 0,
    latencies: [],
  }));
  let lastDueMs = 0;
  for (const request of requests) {
    lastDueMs = Math.max(lastDueMs, request.intendedMs - originMs);
    const bucket = gathered[
      Math.min(
        gathered.length - 1,
        Math.max(0, Math.floor((request.intendedMs - originMs) / bucketMs)),
      )
    ] as Gathered;
    const fate = fateOf(request, getAnsweredRow(request, rows), deadlineMs);
    const weight = weightOf(fate, keptOneIn);
    bucket.sent += weight;
    if (fate === 'in time') bucket.inTime += weight;
    if (request.status !== null && request.status !== 'PENDING')
      bucket.latencies.push(getLatency(request));
  }
  return {
    originMs,
    spanMs,
    lastDueMs,
    bucketMs,
    buckets: gathered.map((bucket, index) => summarizeBucket(bucket, index * bucketMs)),
  };
}
