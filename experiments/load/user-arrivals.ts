/**
 * When the users of a level arrive. The published numbers of users are a little above the sum of
 * the published rates (1,069 instead of 1,050); the arrivals follow the rates and have the number
 * of users. Pure.
 */
import { sum } from '../statistics/statistics.js';
import { PAUSES_MS, type LoadLevel, type ArrivalPhase } from './levels.js';

const countUsers = ({ fromPerSec, toPerSec, seconds }: ArrivalPhase): number =>
  ((fromPerSec + toPerSec) / 2) * seconds;

/** Seconds from the start of a phase until `users` have arrived: a root of the integral. */
function toSeconds({ fromPerSec, toPerSec, seconds }: ArrivalPhase, users: number): number {
  const slope = (toPerSec - fromPerSec) / seconds;
  return (2 * users) / (fromPerSec + Math.sqrt(Math.max(0, fromPerSec ** 2 + 2 * slope * users)));
}

/** Seconds from the start of the level until `users` have arrived. */
function findSeconds(phases: readonly ArrivalPhase[], users: number): number {
  let [left, before] = [users, 0];
  for (const phase of phases) {
    const here = countUsers(phase);
    if (left <= here) return before + toSeconds(phase, left);
    left -= here;
    before += phase.seconds;
  }
  return before;
}

export interface ArrivalChanges {
  /** Multiplies the arrivals. */
  scale: number;
  /** Divides the duration of the level, at the same rates. */
  shorten: number;
}

/** @returns ms from the start of the level, ascending. */
export function arrivalTimes(
  { phases, users: usual }: LoadLevel,
  { scale, shorten }: ArrivalChanges,
): number[] {
  const users = Math.round((usual * scale) / shorten);
  const scheduled = sum(phases.map(countUsers));
  const toMs = (share: number): number =>
    (findSeconds(phases, share * scheduled) * 1_000) / shorten;
  return Array.from({ length: users }, (_, index) => toMs((index + 0.5) / users));
}

/** Duration of the arrivals, ms. */
export const getArrivalMs = ({ phases }: LoadLevel): number =>
  sum(phases.map(({ seconds }) => seconds)) * 1_000;

/** Time that a user takes for the answers, beside the pauses, ms. */
const ANSWERS_MS = 1_000;

/** The largest number of users at once, while each request takes a quarter of a second. */
export function countPeakUsers(arrivals: readonly number[], speed: number): number {
  const stayMs = sum(PAUSES_MS) / speed + ANSWERS_MS;
  let [first, peak] = [0, 0];
  arrivals.forEach((atMs, index) => {
    while ((arrivals[first] ?? atMs) < atMs - stayMs) first += 1;
    peak = Math.max(peak, index - first + 1);
  });
  return peak;
}
