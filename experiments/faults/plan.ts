/**
 * Plans faults from the seed alone, before the run: "at the n-th request, the leader". The plan
 * counts requests instead of time, so that requests are in flight at the injection and a run can be
 * repeated. Pure.
 */
import type { Random } from '../../shared/random.js';

export interface PlannedFault {
  /** The fault is injected right after this request was sent; 0 is the first. */
  atRequest: number;
  /** Additional delay, ms, so that the request is somewhere between queue and commit. */
  delayMs: number;
  target: 'leader' | 'standby' | 'instance';
}

const LONGEST_DELAY_MS = 25;

/** The shares of the faults by target; the others target a standby. */
export interface TargetShares {
  leader: number;
  /** Instances of patients. */
  instance: number;
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
  const instances = Math.round(failures * shares.instance);
  const leaders = Math.round(failures * shares.leader);
  const targets = Array.from({ length: failures }, (_, index): PlannedFault['target'] => {
    if (index < leaders) return 'leader';
    return index < leaders + instances ? 'instance' : 'standby';
  });
  return Array.from({ length: failures }, (_, index) => {
    const from = Math.floor((index * requests) / failures);
    const to = Math.floor(((index + 1) * requests) / failures);
    const [target = 'leader'] = targets.splice(random.below(targets.length), 1);
    return {
      atRequest: from + random.below(to - from),
      delayMs: random.below(LONGEST_DELAY_MS),
      target,
    };
  });
}
