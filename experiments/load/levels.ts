/**
 * Load levels: how users arrive. Four of them are those of the published report about a permit site
 * under load, with the pauses of its users and the measured results.
 */
import type { ErrorCounts } from './figures.js';

/** A part of a level. The rate changes evenly from one value to the other. */
export interface ArrivalPhase {
  fromPerSec: number;
  toPerSec: number;
  seconds: number;
}

export interface PublishedLoad {
  users: number;
  requests: number;
  completed: number;
  requestsPerSec: number;
  minMs: number;
  maxMs: number;
  medianMs: number;
  p95Ms: number;
  errors: ErrorCounts;
}

/** How the users of a level arrive. */
export interface LoadLevel {
  name: string;
  /** At least one. */
  phases: readonly ArrivalPhase[];
  users: number;
}

/** A level of the report, with its results. */
interface PublishedLevel extends LoadLevel {
  published: PublishedLoad;
}

/** Requests of one user: landing page, form page, creation, validation. */
export const REQUESTS_PER_USER = 4;
/** Pauses of a user between the requests, ms. */
export const PAUSES_MS = [3_000, 10_000, 5_000] as const;

const steady = (perSec: number, seconds: number): ArrivalPhase => ({
  fromPerSec: perSec,
  toPerSec: perSec,
  seconds,
});
const ramp = (fromPerSec: number, toPerSec: number, seconds: number): ArrivalPhase => ({
  fromPerSec,
  toPerSec,
  seconds,
});
const toErrors = (reset: number, timedOut: number, socketTimedOut: number): ErrorCounts => ({
  ECONNRESET: reset,
  ETIMEDOUT: timedOut,
  ESOCKETTIMEDOUT: socketTimedOut,
});

/** A level with a constant rate. @param perSec users per second, above 0. */
export const steadyLevel = (name: string, perSec: number, seconds: number): LoadLevel => ({
  name,
  phases: [steady(perSec, seconds)],
  users: Math.round(perSec * seconds),
});

const toLevel = (
  name: string,
  phases: readonly ArrivalPhase[],
  published: PublishedLoad,
): PublishedLevel => ({ name, phases, users: published.users, published });

export const LEVELS: readonly PublishedLevel[] = [
  toLevel('low', [ramp(2, 10, 60)], {
    users: 362,
    requests: 1_448,
    completed: 1_448,
    requestsPerSec: 18.48,
    minMs: 143,
    maxMs: 1_666,
    medianMs: 173,
    p95Ms: 345,
    errors: toErrors(0, 0, 0),
  }),
  toLevel('medium', [ramp(5, 10, 60), steady(10, 60)], {
    users: 1_069,
    requests: 4_276,
    completed: 2_799,
    requestsPerSec: 15.96,
    minMs: 144.4,
    maxMs: 88_577,
    medianMs: 310.4,
    p95Ms: 2_490,
    errors: toErrors(199, 278, 1),
  }),
  toLevel('high', [ramp(10, 15, 120), ramp(15, 30, 60)], {
    users: 2_873,
    requests: 11_492,
    completed: 8_289,
    requestsPerSec: 28.13,
    minMs: 142.5,
    maxMs: 115_913,
    medianMs: 1_340.5,
    p95Ms: 20_833,
    errors: toErrors(1_254, 386, 746),
  }),
  toLevel('stress', [steady(30, 120), ramp(30, 60, 120)], {
    users: 9_030,
    requests: 36_120,
    completed: 11_174,
    requestsPerSec: 42.66,
    minMs: 142.8,
    maxMs: 117_413,
    medianMs: 4_999.7,
    p95Ms: 34_111,
    errors: toErrors(2_638, 4_681, 4_634),
  }),
];

export const LEVEL_NAMES = LEVELS.map(({ name }) => name);
/** The word for every level. */
export const ALL_LEVELS = 'all';

/** The levels of a name, in order of load; empty: there is no such level. */
export const findLevels = (name: string): readonly PublishedLevel[] =>
  name === ALL_LEVELS ? LEVELS : LEVELS.filter((level) => level.name === name);
