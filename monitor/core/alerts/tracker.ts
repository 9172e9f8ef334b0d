/**
 * Follows the conditions that hold: an alert fires when its condition has held for half a second,
 * and clears when the condition has been absent for a second. So a hand-over of some milliseconds
 * fires nothing, and one late answer does not clear and fire again. Pure.
 */
import type { AlertRule, Severity } from './rule.js';
import type { Found } from './rules.js';

/** A condition must hold for this long, ms. */
export const HOLD_MS = 500;
/** A condition must be absent for this long, ms. */
export const CLEAR_MS = 1_000;

/** Lower is more urgent. */
const URGENCY: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 };

export interface Alert {
  /** Unique for each time that the alert fires. */
  id: string;
  rule: AlertRule;
  /** Empty: the whole system. */
  subject: string;
  text: string;
  /** When the condition was first found, wall clock, ms. */
  sinceMs: number;
}

interface Tracked {
  alert: Alert;
  isFiring: boolean;
  /** When the condition was first absent, on the monotonic clock, ms. Null: it holds. */
  absentSince: number | null;
  /** When it was first found, on the monotonic clock, ms. */
  foundAt: number;
}

export type Tracking = ReadonlyMap<string, Tracked>;
export const NOTHING_TRACKED: Tracking = new Map();

export interface TrackInput {
  found: readonly Found[];
  /** Monotonic clock, ms. */
  now: number;
  /** Wall clock, ms. */
  nowMs: number;
  newId: () => string;
}

/** The same rule and subject is the same alert. */
const toKey = (rule: string, subject: string): string => `${rule} ${subject}`;

function onFound(before: Tracked | undefined, found: Found, input: TrackInput): Tracked {
  const { rule, subject, text } = found;
  const { now, nowMs, newId } = input;
  if (!before) {
    const alert = { id: newId(), rule, subject, text, sinceMs: nowMs };
    return { alert, isFiring: false, absentSince: null, foundAt: now };
  }
  return {
    ...before,
    alert: { ...before.alert, text },
    isFiring: before.isFiring || now - before.foundAt >= HOLD_MS,
    absentSince: null,
  };
}

function onAbsent(before: Tracked, now: number): Tracked | null {
  const absentSince = before.absentSince ?? now;
  if (!before.isFiring || now - absentSince >= CLEAR_MS) return null;
  return { ...before, absentSince };
}

/** The next state after one evaluation. */
export function trackAlerts(before: Tracking, input: TrackInput): Tracking {
  const next = new Map<string, Tracked>();
  for (const found of input.found) {
    const key = toKey(found.rule.name, found.subject);
    next.set(key, onFound(before.get(key), found, input));
  }
  for (const [key, tracked] of before) {
    if (next.has(key)) continue;
    const kept = onAbsent(tracked, input.now);
    if (kept) next.set(key, kept);
  }
  return next;
}

/** The alerts that fire: the most urgent first, of these the oldest. */
export const listFiring = (tracking: Tracking): Alert[] =>
  [...tracking.values()]
    .filter(({ isFiring }) => isFiring)
    .map(({ alert }) => alert)
    .toSorted(
      (one, other) =>
        URGENCY[one.rule.severity] - URGENCY[other.rule.severity] || one.sinceMs - other.sinceMs,
    );
