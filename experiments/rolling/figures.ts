/**
 * The figures of restarts: the duration of each step, and the longest extra wait of a payment
 * meanwhile. The extra wait is the time from the due time to the answer, without the charge,
 * minus the median of that time in the calm before the restart. Pure.
 */
import type { StepRecord } from '../../shared/contracts/rolling-restart.js';
import { roundToTenth } from '../../shared/format.js';
import { percentile } from '../../shared/percentile.js';
import { toWaits, type OwnWait } from '../failover/measure.js';
import type { FaultWindow } from '../record/history.js';
import { CALM_MS, type RestartDone } from './restart-under-load.js';

/** `leader`: the replica that leads at the beginning, which is restarted last. */
export type StepLabel = Exclude<StepRecord['kind'], 'replica'> | 'standby' | 'leader';

export interface StepFigures {
  label: StepLabel;
  name: string;
  tookMs: number;
  /** Longest extra wait of a payment that was open during the step, ms. */
  extraMs: number;
}

export interface RestartFigures {
  isDone: boolean;
  /** Why a step failed; null: none did. */
  problem: string | null;
  tookMs: number;
  payments: number;
  /** Payments without success in time. */
  failed: number;
  steps: StepFigures[];
  extraMs: number;
  /** The same before the restart, as a control. */
  calmExtraMs: number;
}

const toMs = (time: string | null): number => (time === null ? NaN : Date.parse(time));

function labelSteps(steps: readonly StepRecord[]): (StepRecord & { label: StepLabel })[] {
  const leader = steps.findLast(({ kind }) => kind === 'replica');
  return steps.map((step) => {
    if (step.kind !== 'replica') return { ...step, label: step.kind };
    return { ...step, label: step === leader ? 'leader' : 'standby' };
  });
}

/** The steps that were performed, as windows on the report's time axis. */
export const toWindows = ({ record: { steps } }: RestartDone, trial: number): FaultWindow[] =>
  labelSteps(steps)
    .filter(({ endedAt }) => endedAt !== null)
    .map(({ label, name, startedAt, endedAt }) => ({
      trial,
      kind: `restart of ${label}`,
      target: name,
      atMs: toMs(startedAt),
      healedMs: toMs(endedAt),
    }));

/** @param chargeMs duration of the gateway's call for a payment, by its id. */
export function measureRestart(
  { record, requests }: Pick<RestartDone, 'record' | 'requests'>,
  failed: number,
  chargeMs: (paymentId: string) => number,
): RestartFigures {
  const [fromMs, toEndMs] = [toMs(record.startedAt), toMs(record.endedAt)];
  const waits = toWaits(requests, chargeMs);
  const calm = waits.filter(
    ({ intendedMs, answeredMs }) => intendedMs >= fromMs - CALM_MS && answeredMs < fromMs,
  );
  const usualMs = calm.length === 0 ? 0 : percentile(calm.map(toOwn), 0.5);
  const findLongest = (some: readonly OwnWait[]): number =>
    roundToTenth(some.reduce((most, { ownMs }) => Math.max(most, ownMs - usualMs), 0));
  const findLongestBetween = (beginMs: number, endMs: number): number =>
    findLongest(
      waits.filter(({ intendedMs, answeredMs }) => intendedMs <= endMs && answeredMs >= beginMs),
    );
  const steps = labelSteps(record.steps)
    .filter(({ endedAt }) => endedAt !== null)
    .map(({ label, name, startedAt, endedAt }) => ({
      label,
      name,
      tookMs: toMs(endedAt) - toMs(startedAt),
      extraMs: findLongestBetween(toMs(startedAt), toMs(endedAt)),
    }));
  return {
    isDone: record.state === 'done',
    problem: record.steps.find(({ problem }) => problem !== null)?.problem ?? null,
    tookMs: toEndMs - fromMs,
    payments: requests.length,
    failed,
    steps,
    extraMs: findLongestBetween(fromMs, toEndMs),
    calmExtraMs: findLongest(calm),
  };
}

const toOwn = ({ ownMs }: OwnWait): number => ownMs;
