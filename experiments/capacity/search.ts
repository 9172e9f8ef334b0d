/**
 * The search for the saturation point: the rate grows by a factor until a step does not pass, then
 * the interval between the highest rate that passed and the lowest that did not is halved a few
 * times. When the first step does not pass, the rate shrinks by the same factor. A rate does not
 * pass when several tries did not: one stall of the machine is no limit. Pure.
 */

/** `inconclusive`: the step did not pass, and the generator itself was late. */
export type StepOutcome = 'passed' | 'failed' | 'inconclusive';

export interface TriedRate {
  /** Users per second. */
  perSec: number;
  outcome: StepOutcome;
}

export interface SearchRules {
  /** Users per second of the first step. */
  startPerSec: number;
  /** Above 1. */
  growth: number;
  /** Highest rate that is tried, users per second. */
  mostPerSec: number;
  /** Number of rates between the last two. */
  halvings: number;
  /** A rate that does not pass is tried so often, at least once. */
  tries: number;
}

export interface SaturationPoint {
  /** Highest rate that passed below every rate that did not; 0: none did. */
  perSec: number;
  /** Lowest rate that did not pass; null: every rate passed. */
  notPassed: TriedRate | null;
}

/** Users per second; below it a system has no capacity at all. */
const LEAST_PER_SEC = 1;

const toTenth = (perSec: number): number => Math.round(perSec * 10) / 10;

/**
 * One entry per rate, in the order of the first tries. A rate passes when a try passed, and fails
 * when every try failed.
 */
function joinTries(tried: readonly TriedRate[]): TriedRate[] {
  const rates = [...new Set(tried.map(({ perSec }) => perSec))];
  return rates.map((perSec) => {
    const outcomes = tried.filter((one) => one.perSec === perSec).map(({ outcome }) => outcome);
    if (outcomes.includes('passed')) return { perSec, outcome: 'passed' };
    return { perSec, outcome: outcomes.includes('inconclusive') ? 'inconclusive' : 'failed' };
  });
}

/** A rate that passed above a rate that did not is luck and does not count. */
export function findSaturation(tried: readonly TriedRate[]): SaturationPoint {
  const rates = joinTries(tried);
  const below = (best: TriedRate | null, one: TriedRate): TriedRate =>
    best && best.perSec <= one.perSec ? best : one;
  const notPassed = rates
    .filter(({ outcome }) => outcome !== 'passed')
    .reduce<TriedRate | null>(below, null);
  const limit = notPassed?.perSec ?? Infinity;
  const passed = rates.filter(({ outcome, perSec }) => outcome === 'passed' && perSec < limit);
  return { perSec: passed.reduce((most, { perSec }) => Math.max(most, perSec), 0), notPassed };
}

/** The rates that were tried when one had passed and a higher one had not. */
function countHalvings(tried: readonly TriedRate[]): number {
  const rates = joinTries(tried);
  const isBracketed = (upTo: number): boolean => {
    const { perSec, notPassed } = findSaturation(rates.slice(0, upTo));
    return perSec > 0 && notPassed !== null;
  };
  return rates.filter((_, index) => isBracketed(index)).length;
}

/** Whether the last rate did not pass and has tries left. */
function isUnconfirmed(tried: readonly TriedRate[], { tries }: SearchRules): boolean {
  const last = tried.at(-1);
  if (!last || last.outcome === 'passed') return false;
  return tried.filter(({ perSec }) => perSec === last.perSec).length < tries;
}

/** @returns users per second; null: the search has ended. */
export function nextRate(tried: readonly TriedRate[], rules: SearchRules): number | null {
  const { startPerSec, growth, mostPerSec, halvings } = rules;
  const last = tried.at(-1);
  if (!last) return Math.min(startPerSec, mostPerSec);
  if (isUnconfirmed(tried, rules)) return last.perSec;
  const { perSec: low, notPassed } = findSaturation(tried);
  if (!notPassed) {
    const next = Math.min(toTenth(low * growth), mostPerSec);
    return next > low ? next : null;
  }
  if (low === 0) {
    const next = toTenth(notPassed.perSec / growth);
    return next >= LEAST_PER_SEC && next < notPassed.perSec ? next : null;
  }
  if (countHalvings(tried) >= halvings) return null;
  const middle = toTenth(Math.sqrt(low * notPassed.perSec));
  return middle > low && middle < notPassed.perSec ? middle : null;
}
