/**
 * How often each kind of fault is planned, and how long it lasts. Failures that make a part
 * unavailable have higher weights, because the tactic is meant for them. A kind without an entry is
 * planned with the values of `OTHER`. Pure.
 */
export interface KindHabit {
  /** Relative to the weights of the other kinds. */
  weight: number;
  /** Shortest and longest, ms. */
  durationMs: readonly [number, number];
  /** Whether the part does no work during the fault. */
  takesAway: boolean;
}

type Times = [weight: number, shortestMs: number, longestMs: number];
const habit = (takesAway: boolean, [weight, ...durationMs]: Times): KindHabit => ({
  weight,
  durationMs,
  takesAway,
});
const away = (...times: Times): KindHabit => habit(true, times);
const hindered = (...times: Times): KindHabit => habit(false, times);

const OTHER = away(2, 300, 2_000);

const HABITS: Readonly<Record<string, KindHabit>> = {
  'kill': away(6, 200, 2_500),
  'freeze': away(4, 200, 2_500),
  'restart': away(3, 0, 0),
  'wipe-redis': away(1, 0, 500),
  'partition': away(4, 300, 3_000),
  'isolate': away(3, 300, 3_000),
  'block': away(2, 200, 2_000),
  'disk-full': away(1, 200, 1_000),
  'queue-refuses-writes': away(1, 300, 1_500),
  'unreadable-parcel': hindered(1, 0, 0),
  'handover-without-queue': away(1, 500, 1_500),
  'gateway-down': away(1, 300, 1_500),
  'gateway-slow': away(1, 300, 2_000),
  'gateway-stalling': away(1, 5_500, 7_000),
  'gateway-refusing': away(1, 300, 1_500),
  'gateway-declining': away(1, 200, 500),
  'gateway-losing-answers': away(1, 300, 1_500),
  'gateway-dripping': away(1, 500, 1_500),
  'log-moved': hindered(1, 0, 0),
  'clock-wall': hindered(1, 300, 2_000),
  'clock-monotonic': hindered(1, 0, 0),
  'latency': hindered(2, 500, 3_000),
  'reset': hindered(3, 100, 1_500),
  'planned': hindered(2, 0, 0),
};

export const habitOf = (kind: string): KindHabit => HABITS[kind] ?? OTHER;

/**
 * Weight of a target among those of the same kind of fault, by the part that the fault makes
 * unavailable. The leader matters most.
 */
const ROLE_WEIGHTS: Readonly<Record<string, number>> = {
  leader: 4,
  standby: 2,
  monitor: 2,
  patients: 2,
};

export const roleWeight = (part: string): number => ROLE_WEIGHTS[part] ?? 1;

/**
 * Longest outage of an engine that the whole system needs, ms: clients are asked to retry, but not
 * without limit.
 */
export const LONGEST_ENGINE_OUTAGE_MS = 1_500;
