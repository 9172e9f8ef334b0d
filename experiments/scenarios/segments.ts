/**
 * Divides a long run into stretches that fit in memory, each with its part of the schedule. Pure.
 */
import { dueMs, type PlannedStrike } from '../run/schedule.js';
import type { Declaration } from './declaration.js';

/** Largest number of payments in a stretch: a few minutes, about 100 MB of the lab's memory. */
export const STRETCH_PAYMENTS = 20_000;

export interface Stretch {
  payments: number;
  /** Times are relative to the beginning of the stretch. */
  strikes: PlannedStrike[];
}

export const stretchCount = ({ payments }: Declaration['traffic']): number =>
  Math.ceil(payments / STRETCH_PAYMENTS);

/** Divides as evenly as integers allow. @param strikes of the whole run. */
export function cutStretches(
  traffic: Declaration['traffic'],
  strikes: readonly PlannedStrike[],
): Stretch[] {
  const { payments, ratePerSec } = traffic;
  const count = stretchCount(traffic);
  const bound = (index: number): number => Math.floor((index * payments) / count);
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [bound(index), bound(index + 1)];
    const untilMs = index + 1 === count ? Infinity : (to * 1000) / ratePerSec;
    const own = strikes.filter(({ at }) => {
      if ('payment' in at) return at.payment >= from && (at.payment < to || index + 1 === count);
      return dueMs(at, ratePerSec) >= (from * 1000) / ratePerSec && dueMs(at, ratePerSec) < untilMs;
    });
    return {
      payments: to - from,
      strikes: own.map((strike) => ({ ...strike, at: later(strike.at, from, ratePerSec) })),
    };
  });
}

const later = (at: PlannedStrike['at'], from: number, ratePerSec: number): PlannedStrike['at'] =>
  'payment' in at
    ? { ...at, payment: at.payment - from }
    : { ms: at.ms - (from * 1000) / ratePerSec };
