/** The figures of one trial: a fault of the measurement rounds, from calm to calm. Pure. */
import { checkMeans, type MeanFinding } from './check-means.js';
import type { AcceptedMean, MeanEvidence } from './evidence.js';

/** A fault and its end. Times are wall clock, ms since 1970. */
export interface MeasurementTrial {
  fault: string;
  /** Names of the affected processes. */
  target: string;
  /** Begin of the trial; the findings since then belong to it. */
  fromMs: number;
  /** From here the time to the next mean counts: the fault, or its end when it stops all rounds. */
  atMs: number;
  healedMs: number;
  endedMs: number;
  /** Whether a mean of all devices followed the end of the fault. */
  isWhole: boolean;
  /** Means that the API refused because of an old epoch or a kept round. */
  refused: number;
  /** Another effect that was expected and did not occur, in one sentence; null: none. */
  problem: string | null;
}

export interface TrialFigures {
  fault: string;
  target: string;
  /** From the begin of the trial, ms. */
  atMs: number;
  healedAtMs: number;
  /** From the fault to the first mean whose measurements were all made after it; null: none. */
  nextMs: number | null;
  /** Accepted means. */
  means: number;
  /** Rounds without a mean, between the first and the last mean of the trial. */
  missed: number;
  isWhole: boolean;
  refused: number;
  problem: string | null;
  findings: readonly MeanFinding[];
}

type Window = Pick<MeasurementTrial, 'atMs' | 'endedMs'>;

/**
 * From the fault to the first mean of this many devices whose measurements were all made after it,
 * ms; null: there is none. Cheap, because the lab polls it while its proxies carry the traffic.
 */
export function findNextMs(
  { measured, computed, accepted }: MeanEvidence,
  { atMs, endedMs }: Window,
  leastDevices = 1,
): number | null {
  const isWithin = (one: { atMs: number }): boolean => one.atMs >= atMs && one.atMs <= endedMs;
  const candidates = computed.filter(isWithin);
  const rounds = new Set(candidates.map(({ round }) => round));
  const old = measured.filter((one) => one.atMs < atMs && rounds.has(one.round));
  const fresh = candidates.filter(
    ({ round, values }) => !old.some((one) => one.round === round && one.device in values),
  );
  const isFresh = ({ round, epoch }: AcceptedMean): boolean =>
    fresh.some((one) => one.round === round && one.epoch === epoch);
  const next = accepted
    .filter((mean) => isWithin(mean) && mean.devices >= leastDevices && isFresh(mean))
    .map((mean) => mean.atMs - atMs);
  return next.length > 0 ? Math.min(...next) : null;
}

/** Rounds that were left out between the last mean before the trial and its last one. */
function countMissed(
  { accepted }: MeanEvidence,
  { fromMs, endedMs }: Pick<MeasurementTrial, 'fromMs' | 'endedMs'>,
): number {
  const before = accepted.filter(({ atMs }) => atMs < fromMs).map(({ round }) => round);
  const during = accepted
    .filter(({ atMs }) => atMs >= fromMs && atMs <= endedMs)
    .map(({ round }) => round);
  if (during.length === 0) return 0;
  const [first, last] = [Math.max(0, ...before), Math.max(...during)];
  const kept = new Set(during.filter((round) => round > first));
  const begin = before.length > 0 ? first : Math.min(...during) - 1;
  return Math.max(0, last - begin - kept.size);
}

/** The figures of each trial, in order. */
export function measureTrials(
  trials: readonly MeasurementTrial[],
  evidence: MeanEvidence,
): TrialFigures[] {
  const findings = checkMeans(evidence);
  return trials.map((trial) => {
    const { fault, target, fromMs, endedMs, isWhole, refused, problem } = trial;
    const isOwn = (one: { atMs: number }): boolean => one.atMs >= fromMs && one.atMs <= endedMs;
    return {
      fault,
      target,
      atMs: Math.round(trial.atMs - fromMs),
      healedAtMs: Math.round(trial.healedMs - fromMs),
      nextMs: findNextMs(evidence, trial),
      means: evidence.accepted.filter(isOwn).length,
      missed: countMissed(evidence, trial),
      isWhole,
      refused,
      problem,
      findings: findings.filter(isOwn),
    };
  });
}
