/** A parcel in flight: its plan, the gateway's answers, and its settlement. */
import type { PendingPayment } from '../../shared/postgres/ledger.js';
import type { Blocked } from './blocked.js';
import type { Settled } from './commit-queue.js';
import { settleParcel, type ChargeAnswer, type ParcelPlan } from './parcel.js';
import { isLastAttempt, type RetryPolicy } from './retry.js';
import type { PipelineTime, WorkEffect } from './work-effects.js';

export interface Work {
  readonly number: number;
  readonly ids: readonly string[];
  plan: ParcelPlan<PendingPayment>;
  answers: ChargeAnswer[];
  /** Number of payments whose answer is missing. */
  missing: number;
  lastSeq: number;
}

export const createWork = (number: number, ids: readonly string[]): Work => ({
  number,
  ids,
  plan: { charge: [], defer: [] },
  answers: [],
  missing: 0,
  lastSeq: 0,
});

/** Number of payments of the parcel that are charged or deferred. */
export const countClaimed = ({ plan }: Work): number => plan.charge.length + plan.defer.length;

export const chargeAll = ({ number, plan }: Work, policy: RetryPolicy): WorkEffect[] =>
  plan.charge.map((payment, index) => ({
    type: 'charge',
    work: number,
    index,
    payment,
    last: isLastAttempt(policy, payment),
  }));

/** Settles a parcel with all its answers. Payments that are deferred now are added to `blocked`. */
export function settleWork(
  { number, plan, answers }: Work,
  blocked: Blocked,
  policy: RetryPolicy,
  { nowMs, draw }: PipelineTime,
): Settled {
  const charged = plan.charge.map((payment, index) => ({
    payment,
    answer: answers[index] as ChargeAnswer,
  }));
  const { outcomes, waits } = settleParcel({ charged, blocked, policy, nowMs, draw });
  return { work: number, outcomes, waits: [...waits, ...plan.defer] };
}

/** The charged payments of these parcels, by id. */
export const mapCharged = (works: Iterable<Work>): Map<string, PendingPayment> =>
  new Map([...works].flatMap(({ plan }) => plan.charge.map((payment) => [payment.id, payment])));
