/**
 * How often each kind of fault is planned, and how long it lasts. Failures that make a part
 * unavailable have higher weights, because the tactic is meant for them. A kind without an entry is
 * planned with the values of `OTHER`. Pure.
 */
export interface KindPattern {
  /** Relative to the weights of the other kinds. */
  weight: number;
  /** Shortest and longest, ms. */
  durationMs: readonly [number, number];
  /** Whether the part does no work during the fault. */
  causesOutage: boolean;
  /**
   * Whether another server takes over from an engine, so that its outage may be longer than that of
   * the only one. Default: false.
   */
  hasStandby?: boolean;
  /** Time from the heal until the part works again, ms. Default: `RETURN_MS` of the planner. */
  returnMs?: number;
}

type Times = [weight: number, shortestMs: number, longestMs: number];
const toPattern = (takesAway: boolean, [weight, ...durationMs]: Times): KindPattern => ({
  weight,
  durationMs,
  causesOutage: takesAway,
});
const outage = (...times: Times): KindPattern => toPattern(true, times);
const disturbance = (...times: Times): KindPattern => toPattern(false, times);

/** A database node is rewound, or a Redis server copies its data, before it works again. */
const REPLICATED_RETURN_MS = 12_000;
const replicated = (...times: Times): KindPattern => ({
  ...outage(...times),
  hasStandby: true,
  returnMs: REPLICATED_RETURN_MS,
});

const OTHER = outage(2, 300, 2_000);

const PATTERNS: Readonly<Record<string, KindPattern>> = {
  'kill': outage(6, 200, 2_500),
  'freeze': outage(4, 200, 2_500),
  'restart': outage(3, 0, 0),
  'wipe-redis': outage(1, 0, 500),
  'partition': outage(4, 300, 3_000),
  'isolate': outage(3, 300, 3_000),
  'block': outage(2, 200, 2_000),
  'disk-full': outage(1, 200, 1_000),
  'queue-refuses-writes': outage(1, 300, 1_500),
  'unreadable-parcel': disturbance(1, 0, 0),
  'handover-without-queue': outage(1, 500, 1_500),
  'gateway-down': outage(1, 300, 1_500),
  'gateway-slow': outage(1, 300, 2_000),
  'gateway-stalling': outage(1, 5_500, 7_000),
  'gateway-refusing': outage(1, 300, 1_500),
  'gateway-declining': outage(1, 200, 500),
  'gateway-losing-answers': outage(1, 300, 1_500),
  'gateway-dripping': outage(1, 500, 1_500),
  'log-moved': disturbance(1, 0, 0),
  'clock-wall': disturbance(1, 300, 2_000),
  'clock-monotonic': disturbance(1, 0, 0),
  'latency': disturbance(2, 500, 3_000),
  'reset': disturbance(3, 100, 1_500),
  'planned': disturbance(2, 0, 0),
  // At least as long as Patroni needs to notice the death.
  'postmaster-killed': replicated(3, 3_000, 3_000),
  'node-killed': replicated(4, 500, 6_000),
  'node-frozen': replicated(4, 5_000, 15_000),
  'patroni-killed': replicated(2, 5_000, 15_000),
  'nodes-all-killed': replicated(1, 500, 6_000),
  'switchover': replicated(2, 1_000, 1_000),
  'standby-killed': replicated(2, 500, 6_000),
  'standby-frozen': replicated(2, 5_000, 12_000),
  'etcd-one-killed': { ...outage(3, 1_000, 10_000), hasStandby: true },
  'etcd-two-killed': replicated(1, 5_000, 12_000),
  'etcd-all-killed': replicated(1, 5_000, 12_000),
  'redis-killed': replicated(4, 0, 3_000),
  'redis-frozen': replicated(4, 1_000, 10_000),
  'replica-killed': replicated(2, 0, 3_000),
  'sentinel-killed': { ...outage(2, 500, 6_000), hasStandby: true },
};

export const getPattern = (kind: string): KindPattern => PATTERNS[kind] ?? OTHER;

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
 * Longest outage of an engine that the whole system needs and that has no standby, ms: clients are
 * asked to retry, but not without limit.
 */
export const LONGEST_ENGINE_OUTAGE_MS = 1_500;
