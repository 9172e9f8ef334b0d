/**
 * When and whom a fault strikes, decided before the run from the seed alone: "at the n-th request, the leader". By count, not by time,
 * so that requests are in flight when it strikes and a run can be repeated. Pure.
 */
import type { Random } from '../../shared/random.js';

export interface PlannedFault {
  /** Strikes right after this request was sent, 0 is the first. */
  atRequest: number;
  /** So much later, in ms, that the request is somewhere between queue and commit. */
  delayMs: number;
  target: 'leader' | 'standby';
}

const LONGEST_DELAY_MS = 25;

/**
 * One fault in each of `failures` equal stretches of the requests; `leaderShare` of them at the leader.
 * @throws RangeError when there are more failures than requests.
 */
export function planFaults(random: Random, requests: number, failures: number, leaderShare: number): PlannedFault[] {
  if (failures > requests) throw new RangeError(`${failures} failures do not fit in ${requests} requests`);
  const targets = Array.from({ length: failures }, (_, index): PlannedFault['target'] =>
    index < Math.round(failures * leaderShare) ? 'leader' : 'standby',
  );
  return Array.from({ length: failures }, (_, index) => {
    const from = Math.floor((index * requests) / failures);
    const to = Math.floor(((index + 1) * requests) / failures);
    const [target = 'leader'] = targets.splice(random.below(targets.length), 1);
    return { atRequest: from + random.below(to - from), delayMs: random.below(LONGEST_DELAY_MS), target };
  });
}
