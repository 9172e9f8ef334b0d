/**
 * How long samples are kept at which resolution, and which resolution a period of time is read at.
 * Old samples are coarser, so the table is bounded. Pure.
 */
export interface Tier {
  /** Length of one sample, s. */
  readonly stepSec: number;
  /** How long its samples are kept, s. */
  readonly keepSec: number;
}

const HOUR_SEC = 3_600;
const DAY_SEC = 86_400;

/** From the finest to the coarsest. Each step is a multiple of the one before. */
export const TIERS = [
  { stepSec: 5, keepSec: 2 * HOUR_SEC },
  { stepSec: 60, keepSec: 7 * DAY_SEC },
  { stepSec: 900, keepSec: 90 * DAY_SEC },
] as const satisfies readonly Tier[];

/** Interval between two deletions of old samples, s. */
export const PRUNE_SEC = 60;

/** Maximum number of stored samples: those that are kept, and those that wait for a deletion. */
export const SAMPLES_MAX: number = TIERS.reduce(
  (sum, { stepSec, keepSec }) => sum + Math.ceil((keepSec + PRUNE_SEC) / stepSec) + 1,
  0,
);

/** Maximum number of samples of one answer. */
export const POINTS_MAX = 3_000;

const [, , COARSEST] = TIERS;

/** The longest period that one answer may have, s: 31 days and 6 hours. */
export const PERIOD_MAX_SEC = COARSEST.stepSec * POINTS_MAX;

/**
 * The finest resolution that is kept for the whole period and has few enough samples. Times are
 * epoch ms.
 */
export const chooseTier = (fromMs: number, toMs: number, nowMs: number): Tier =>
  TIERS.find(
    ({ stepSec, keepSec }) =>
      fromMs >= nowMs - keepSec * 1_000 && (toMs - fromMs) / 1_000 <= stepSec * POINTS_MAX,
  ) ?? COARSEST;
