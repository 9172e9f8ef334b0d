/** The figures of a load level. Pure. */
import { percentile } from '../../shared/percentile.js';
import { sum } from '../statistics/statistics.js';

/** The requests of a user, in order. */
export const STEPS = ['landing', 'form', 'creation', 'validation'] as const;
export type RequestStep = (typeof STEPS)[number];

/** Failed requests by code. */
export type ErrorCounts = Readonly<Record<string, number>>;

export interface LoadRequest {
  /** Number of the user, in order of arrival, from 0. */
  user: number;
  step: RequestStep;
  /** From the start of the level, ms. */
  dueMs: number;
  /** From the time when the request was due, ms. */
  latencyMs: number;
  /** From the time when the generator sent it, ms. Absent: not measured. */
  answerMs?: number;
  /** `HTTP 503`, `ECONNRESET`, `DECLINED`; null: the request succeeded. */
  error: string | null;
  /** Whether the error is 429 or 503 with `Retry-After`. Absent: no. */
  isRefusal?: boolean;
}

export interface LatencyFigures {
  min: number;
  max: number;
  median: number;
  p95: number;
  p99: number;
}

/** One second of a level. */
export interface Second {
  atSec: number;
  sent: number;
  failed: number;
  /** Of the requests due in this second, ms; NaN: there were none. */
  medianMs: number;
  p95Ms: number;
  /** Share of one core, by part of the system. */
  cpu: Readonly<Record<string, number>>;
}

export interface LevelFigures {
  level: string;
  users: number;
  /** Requests that the users would send without a failure. */
  requests: number;
  completed: number;
  /** Requests that were answered or failed, per second of the level. */
  requestsPerSec: number;
  latencyMs: LatencyFigures;
  byStep: Readonly<Record<RequestStep, LatencyFigures & { sent: number }>>;
  errors: ErrorCounts;
  seconds: readonly Second[];
  durationMs: number;
  /** The largest delay of the generator itself, ms. */
  generatorLateMs: number;
  /** Successful creations, and how many of them PostgreSQL has as succeeded. */
  paid: number;
  saved: number;
}

export const summarizeLatencies = (samplesMs: readonly number[]): LatencyFigures => {
  const at = (share: number): number => percentile(samplesMs, share);
  return { min: at(0), max: at(1), median: at(0.5), p95: at(0.95), p99: at(0.99) };
};

export function countErrors(requests: readonly LoadRequest[]): ErrorCounts {
  const counts: Record<string, number> = {};
  for (const { error } of requests) if (error !== null) counts[error] = (counts[error] ?? 0) + 1;
  return counts;
}

export const countFailed = ({ errors }: Pick<LevelFigures, 'errors'>): number =>
  sum(Object.values(errors));

const succeeded = ({ error }: LoadRequest): boolean => error === null;

export const summarizeSteps = (requests: readonly LoadRequest[]): LevelFigures['byStep'] =>
  Object.fromEntries(
    STEPS.map((step) => {
      const some = requests.filter((request) => request.step === step);
      const latencies = some.filter(succeeded).map(({ latencyMs }) => latencyMs);
      return [step, { sent: some.length, ...summarizeLatencies(latencies) }];
    }),
  ) as LevelFigures['byStep'];

/** @param cpu samples by second; a missing one is empty. */
export function summarizeSeconds(
  requests: readonly LoadRequest[],
  cpu: readonly Readonly<Record<string, number>>[],
): Second[] {
  const last = requests.reduce((most, { dueMs }) => Math.max(most, dueMs), 0);
  const buckets = Array.from({ length: Math.floor(last / 1_000) + 1 }, (): LoadRequest[] => []);
  for (const request of requests) buckets[Math.floor(request.dueMs / 1_000)]?.push(request);
  return buckets.map((some, atSec) => {
    const latencies = some.filter(succeeded).map(({ latencyMs }) => latencyMs);
    const { median, p95 } = summarizeLatencies(latencies);
    return {
      atSec,
      sent: some.length,
      failed: some.length - latencies.length,
      medianMs: median,
      p95Ms: p95,
      cpu: cpu[atSec] ?? {},
    };
  });
}
