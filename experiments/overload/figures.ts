/**
 * The figures of an overload, by phase and by second. A request belongs to the second in which it
 * was due. It succeeded, it was refused in order (429 or 503 with `Retry-After`), or it failed.
 * Pure.
 */
import {
  countErrors,
  STEPS,
  summarizeLatencies,
  type ErrorCounts,
  type LatencyFigures,
  type LoadRequest,
} from '../load/figures.js';
import type { MemoryGrowth, MemorySample } from './memory.js';
import { findPhase, type OverloadPhase } from './phases.js';

interface ResultCounts {
  sent: number;
  succeeded: number;
  refused: number;
  failed: number;
}

export interface PhaseFigures extends OverloadPhase, ResultCounts {
  /** Users that arrived in the phase, and how many of them performed every request. */
  users: number;
  completedUsers: number;
  succeededPerSec: number;
  /** Of the requests that succeeded, from the time when they were due. */
  latencyMs: LatencyFigures;
  /** Of the refused requests, from the time when they were sent. */
  refusalMs: LatencyFigures;
  /** Failed requests by code, without the refused ones. */
  errors: ErrorCounts;
}

/** One second of the run. */
export interface OverloadSecond extends ResultCounts {
  atSec: number;
  /** Of the requests that succeeded, and of the refused ones, ms; NaN: there were none. */
  medianMs: number;
  p95Ms: number;
  refusalP95Ms: number;
}

export interface OverloadFigures {
  /** Users per second that the system serves in time, and how the figure is known. */
  saturation: { perSec: number; isMeasured: boolean };
  factor: number;
  phases: readonly PhaseFigures[];
  seconds: readonly OverloadSecond[];
  memory: { samples: readonly MemorySample[]; growth: readonly MemoryGrowth[] };
  /** Accepted payments that are not final, by second. */
  queue: readonly { atMs: number; pending: number }[];
  /** Seconds from the end of the overload to the recovery; null: there was none in the run. */
  recoverySec: number | null;
  /** Payments with an id in an answer. */
  accepted: number;
  /** Elections of another leader during the run. */
  handovers: number;
  /** 95th percentile of the generator's own delay, ms. */
  generatorLateMs: number;
}

const isSuccess = ({ error }: LoadRequest): boolean => error === null;
const isFailure = ({ error, isRefusal }: LoadRequest): boolean =>
  error !== null && isRefusal !== true;
const isRefused = ({ isRefusal }: LoadRequest): boolean => isRefusal === true;
/** A late generator does not make a refusal later. */
const toAnswerTimes = (requests: readonly LoadRequest[]): number[] =>
  requests.map(({ latencyMs, answerMs = latencyMs }) => answerMs);
const toLatencies = (requests: readonly LoadRequest[]): number[] =>
  requests.map(({ latencyMs }) => latencyMs);

function countResults(requests: readonly LoadRequest[]): ResultCounts {
  const succeeded = requests.filter(isSuccess).length;
  const failed = requests.filter(isFailure).length;
  const sent = requests.length;
  return { sent, succeeded, failed, refused: sent - succeeded - failed };
}

/** The phase in which each user arrived. */
const toArrivals = (requests: readonly LoadRequest[], phases: readonly OverloadPhase[]) =>
  new Map(
    requests
      .filter(({ step }) => step === STEPS[0])
      .map(({ user, dueMs }) => [user, findPhase(phases, dueMs).name]),
  );

export function summarizePhases(
  requests: readonly LoadRequest[],
  phases: readonly OverloadPhase[],
): PhaseFigures[] {
  const arrivals = toArrivals(requests, phases);
  const completed = requests.filter(
    (request) => request.step === STEPS.at(-1) && isSuccess(request),
  );
  return phases.map((phase) => {
    const some = requests.filter(({ dueMs }) => findPhase(phases, dueMs).name === phase.name);
    const results = countResults(some);
    const refusals = some.filter(isRefused);
    return {
      ...phase,
      ...results,
      users: [...arrivals.values()].filter((name) => name === phase.name).length,
      completedUsers: completed.filter(({ user }) => arrivals.get(user) === phase.name).length,
      succeededPerSec: results.succeeded / (phase.toSec - phase.fromSec),
      latencyMs: summarizeLatencies(toLatencies(some.filter(isSuccess))),
      refusalMs: summarizeLatencies(toAnswerTimes(refusals)),
      errors: countErrors(some.filter(isFailure)),
    };
  });
}

export function summarizeBySecond(requests: readonly LoadRequest[]): OverloadSecond[] {
  const last = requests.reduce((most, { dueMs }) => Math.max(most, dueMs), 0);
  const buckets = Array.from({ length: Math.floor(last / 1_000) + 1 }, (): LoadRequest[] => []);
  for (const request of requests)
    buckets[Math.max(0, Math.floor(request.dueMs / 1_000))]?.push(request);
  return buckets.map((some, atSec) => {
    const { median, p95 } = summarizeLatencies(toLatencies(some.filter(isSuccess)));
    const refusals = summarizeLatencies(toAnswerTimes(some.filter(isRefused)));
    return {
      atSec,
      ...countResults(some),
      medianMs: median,
      p95Ms: p95,
      refusalP95Ms: refusals.p95,
    };
  });
}

/** Seconds in a row that prove the recovery, and their highest 95th percentile, ms. */
const PROOF_SECONDS = 3;
const RECOVERED_P95_MS = 500;

const isGood = ({ sent, succeeded, p95Ms }: OverloadSecond): boolean =>
  sent > 0 && succeeded === sent && p95Ms <= RECOVERED_P95_MS;

/**
 * Seconds from the end of the overload to the first of three consecutive seconds in which every
 * request succeeded in time.
 * @returns null: there are no such seconds.
 */
export function findRecovery(seconds: readonly OverloadSecond[], endSec: number): number | null {
  for (let first = endSec; first + PROOF_SECONDS <= seconds.length; first += 1)
    if (seconds.slice(first, first + PROOF_SECONDS).every(isGood)) return first - endSec;
  return null;
}
