/**
 * Plans faults from the seed alone, before the run: "at the n-th request, the leader". The plan
 * counts requests instead of time, so that requests are in flight at the injection and a run can be
 * repeated. Pure.
 */
import type { Random } from '../../shared/random.js';

/** The primaries of a storage with standbys: the database node, the Redis server. */
export type PrimaryTarget = 'postgres' | 'redis';
export const isPrimaryTarget = (target: FaultTarget): target is PrimaryTarget =>
  target === 'postgres' || target === 'redis';

export type FaultTarget = 'leader' | 'standby' | 'instance' | PrimaryTarget;

export interface PlannedFault {
  /** The fault is injected right after this request was sent; 0 is the first. */
  atRequest: number;
  /** Additional delay, ms, so that the request is somewhere between queue and commit. */
  delayMs: number;
  target: FaultTarget;
}

const LONGEST_DELAY_MS = 25;

/** The shares of the faults by target; the others target a standby. */
export interface TargetShares {
  leader: number;
  /** Instances of patients. */
  instance: number;
  /**
   * The database primary, and the same for the Redis primary; the other shares are of the rest. At
   * least one fault, if it is above 0. Default: 0.
   */
  primary?: number;
}

/**
 * Plans one fault in each of `failures` equal parts of the requests.
 * @throws RangeError when there are more failures than requests.
 */
export function planFaults(
  random: Random,
  requests: number,
  failures: number,
  shares: TargetShares,
): PlannedFault[] {
  if (failures > requests)
    throw new RangeError(`${failures} failures do not fit in ${requests} requests`);
  const primaries = placePrimaries(failures, shares.primary ?? 0);
  const targets = countTargets(failures - primaries.size, shares);
  return Array.from({ length: failures }, (_, index) => {
    const from = Math.floor((index * requests) / failures);
    const to = Math.floor(((index + 1) * requests) / failures);
    const target = primaries.get(index) ?? drawTarget(random, targets);
    return {
      atRequest: from + random.below(to - from),
      delayMs: random.below(LONGEST_DELAY_MS),
      target,
    };
  });
}

function countTargets(count: number, shares: TargetShares): FaultTarget[] {
  const instances = Math.round(count * shares.instance);
  const leaders = Math.round(count * shares.leader);
  return Array.from({ length: count }, (_, index) => {
    if (index < leaders) return 'leader';
    return index < leaders + instances ? 'instance' : 'standby';
  });
}

/** Takes one of the targets out of the list. */
const drawTarget = (random: Random, targets: FaultTarget[]): FaultTarget =>
  targets.splice(random.below(targets.length), 1)[0] ?? 'leader';

/**
 * The places of the faults of primaries, evenly spread and in turn: a primary fails again only
 * after the storage has recovered, and recovery takes seconds.
 */
function placePrimaries(failures: number, share: number): Map<number, PrimaryTarget> {
  const places = new Map<number, PrimaryTarget>();
  if (share === 0) return places;
  const count = Math.max(1, Math.round(failures * share));
  const place = (order: number, offset: number): number =>
    Math.floor(((order + offset) * failures) / count);
  for (let order = 0; order < count; order += 1) {
    // With a single failure, the database primary has it.
    if (failures > 1) places.set(place(order, 3 / 4), 'redis');
    if (failures > 0) places.set(place(order, 1 / 4), 'postgres');
  }
  return places;
}
