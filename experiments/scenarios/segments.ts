/**
 * Divides a long run into segments that fit in memory, each with its part of the schedule. Pure.
 */
import { dueMs, type PlannedInjection } from '../planning/schedule.js';
import type { Declaration } from './declaration.js';

/** Largest number of payments in a segment: a few minutes, about 100 MB of the lab's memory. */
export const SEGMENT_PAYMENTS = 20_000;

export interface Segment {
  payments: number;
  /** Times are relative to the beginning of the segment. */
  injections: PlannedInjection[];
}

export const segmentCount = ({ payments }: Declaration['traffic']): number =>
  Math.ceil(payments / SEGMENT_PAYMENTS);

/** Divides as evenly as integers allow. @param injections of the whole run. */
export function divideIntoSegments(
  traffic: Declaration['traffic'],
  injections: readonly PlannedInjection[],
): Segment[] {
  const { payments, ratePerSec } = traffic;
  const count = segmentCount(traffic);
  const toBound = (index: number): number => Math.floor((index * payments) / count);
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [toBound(index), toBound(index + 1)];
    const untilMs = index + 1 === count ? Infinity : (to * 1000) / ratePerSec;
    const own = injections.filter(({ at }) => {
      if ('payment' in at) return at.payment >= from && (at.payment < to || index + 1 === count);
      return dueMs(at, ratePerSec) >= (from * 1000) / ratePerSec && dueMs(at, ratePerSec) < untilMs;
    });
    return {
      payments: to - from,
      injections: own.map((injection) => ({
        ...injection,
        at: later(injection.at, from, ratePerSec),
      })),
    };
  });
}

const later = (
  at: PlannedInjection['at'],
  from: number,
  ratePerSec: number,
): PlannedInjection['at'] =>
  'payment' in at
    ? { ...at, payment: at.payment - from }
    : { ms: at.ms - (from * 1000) / ratePerSec };
