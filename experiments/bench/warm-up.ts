/**
 * Determines the length of the warm-up: as many payments as take two seconds, at most ten thousand.
 * Also determines the number of measured payments: the requested number, or as many as a slow
 * benchmark processes in ten seconds. Pure, except for the work it calls.
 */
export const WARM_UP_SECONDS = 2;
export const WARM_UP_MOST = 10_000;
/** A run of few payments warms up with at most this many times as many. */
const WARM_UP_TIMES = 5;
/** A benchmark that would need longer is measured with fewer payments. */
export const LONGEST_SECONDS = 10;
const FIRST_STEP = 200;
/** Minimum, for any rate. */
const LEAST_PAYMENTS = 200;

/** Largest number of payments of a warm-up before a measurement of that many. */
export const getWarmUpMost = (payments: number): number =>
  Math.min(WARM_UP_MOST, WARM_UP_TIMES * payments);

/** The next step of a warm-up; 0: warm. */
export function nextStep(done: number, seconds: number): number {
  if (done === 0) return FIRST_STEP;
  if (seconds >= WARM_UP_SECONDS || done >= WARM_UP_MOST) return 0;
  const inTheRest = Math.floor((done / seconds) * (WARM_UP_SECONDS - seconds));
  return Math.min(WARM_UP_MOST - done, Math.max(FIRST_STEP, Math.min(inTheRest, done * 10)));
}

/** Number of measured payments at a rate of the warm-up, payments per second. */
export const capPayments = (wanted: number, rate: number): number =>
  Math.min(wanted, Math.max(LEAST_PAYMENTS, Math.floor(rate * LONGEST_SECONDS)));

export interface WarmedUp {
  payments: number;
  /** Rate of the best step, payments per second. */
  rate: number;
}

/** @param work processes that many payments completely. @returns the seconds it took. */
export async function warmUpBenchmark(
  work: (payments: number) => Promise<number>,
  most = WARM_UP_MOST,
): Promise<WarmedUp> {
  let payments = 0;
  let seconds = 0;
  let rate = 0;
  for (let step = nextStep(0, 0); step > 0 && payments < most; step = nextStep(payments, seconds)) {
    const count = Math.min(step, most - payments);
    const took = await work(count);
    payments += count;
    seconds += took;
    rate = Math.max(rate, count / took);
  }
  return { payments, rate };
}
