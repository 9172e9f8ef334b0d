/**
 * The limits of a step, and its judgement while it runs: a step ends early when it can no longer
 * pass. Only the users that arrive after the warm-up count. Pure.
 */
import { STEPS, summarizeLatencies, type LatencyFigures } from '../load/figures.js';
import { countErrors, type ErrorCounts, type LoadRequest } from '../load/figures.js';
import { REQUESTS_PER_USER } from '../load/levels.js';
import { percentile } from '../../shared/percentile.js';
import type { StepOutcome } from './search.js';

/** Highest 95th percentile of all successful requests of a step, ms. */
export const P95_MS = 500;
/** Lowest share of the requests that must succeed. */
export const COMPLETED = 0.999;
/** A generator that starts its users later than this (95th percentile) is late, ms. */
export const LATE_MS = 100;

export interface JudgedStep {
  outcome: StepOutcome;
  /** Users that arrived after the warm-up. */
  users: number;
  /** Requests of these users, with those that a failure prevented. */
  requests: number;
  completed: number;
  /** Of the successful requests. */
  latencyMs: LatencyFigures;
  errors: ErrorCounts;
  /** 95th percentile of the generator's own delay, ms. */
  generatorLateMs: number;
}

/** Requests of a user that are lost with this failed one: itself and all later ones. */
const countLost = ({ step }: LoadRequest): number => REQUESTS_PER_USER - STEPS.indexOf(step);

/** Whether a step can still pass, from the requests so far. */
export class RunningStep {
  private slow = 0;
  private lost = 0;

  /** @param users planned users after the warm-up; their numbers begin at `first`. */
  constructor(
    private readonly users: number,
    private readonly first: number,
  ) {}

  add(request: LoadRequest): void {
    if (request.user < this.first) return;
    if (request.error !== null) this.lost += countLost(request);
    else if (request.latencyMs > P95_MS) this.slow += 1;
  }

  /** True for good: no later answer can change it. */
  get isLost(): boolean {
    const planned = this.users * REQUESTS_PER_USER;
    return this.slow > planned * 0.05 || this.lost > planned * (1 - COMPLETED);
  }
}

export interface EndedStep {
  requests: readonly LoadRequest[];
  lateMs: readonly number[];
  /** Number of the first user after the warm-up. */
  first: number;
  endedEarly: boolean;
}

function countPlanned({ requests, endedEarly }: EndedStep, users: number, lost: number): number {
  // A user that was stopped has missed nothing; a user that failed has missed its later requests.
  return endedEarly ? requests.length + lost : users * REQUESTS_PER_USER;
}

/** Judges a step that has ended. */
export function judgeEndedStep(record: EndedStep): JudgedStep {
  const { lateMs, first, endedEarly } = record;
  const requests = record.requests.filter(({ user }) => user >= first);
  const succeeded = requests.filter(({ error }) => error === null);
  const failed = requests.filter(({ error }) => error !== null);
  const users = Math.max(0, lateMs.length - first);
  const lost = failed.reduce((all, request) => all + countLost(request) - 1, 0);
  const planned = countPlanned({ ...record, requests }, users, lost);
  const latencyMs = summarizeLatencies(succeeded.map(({ latencyMs: one }) => one));
  const generatorLateMs = percentile(lateMs.slice(first), 0.95);
  const passed = !endedEarly && latencyMs.p95 <= P95_MS && succeeded.length >= planned * COMPLETED;
  return {
    outcome: passed ? 'passed' : generatorLateMs > LATE_MS ? 'inconclusive' : 'failed',
    users,
    requests: planned,
    completed: succeeded.length,
    latencyMs,
    errors: countErrors(requests),
    generatorLateMs,
  };
}
