/**
 * Decides which payments of a parcel to charge now and, after the gateway answered, which get their
 * final status and which wait. All of it serves I7: a payment is never finished before an earlier
 * one of its patient.
 *
 * Two steps, because parcels overlap: `planParcel` runs when the rows are read, `settleParcel` when
 * the parcel's turn to commit has come. In between an earlier parcel may defer a payment of the
 * same patient; `Blocked` carries that from one parcel to the next.
 */
import type { Deferral } from '../../shared/postgres/defer.js';
import type { Blocked } from './blocked.js';
import { backoffMs, type RetryPolicy } from './retry.js';

export interface PlannedPayment {
  id: string;
  seq: number;
  patientId: string;
  attempts: number;
  /** Time since its first attempt failed, in ms; 0: no attempt has failed. */
  failingMs: number;
  /** Time until its next attempt, in ms; 0: due. */
  waitMs: number;
  /** Whether an operator asked to cancel it. Absent: no. */
  cancelRequested?: boolean;
}

/** A payment to process again later. */
export type Wait = Deferral;

export interface ParcelPlan<P> {
  /** Payments to charge now, oldest first. */
  charge: P[];
  /** Due payments that must wait for an earlier one of the same patient. */
  defer: Wait[];
}

/**
 * @param payments pending ones, oldest first. @param inFlight ids that an earlier parcel of this
 *   leader is processing.
 */
export function planParcel<P extends PlannedPayment>(
  payments: readonly P[],
  inFlight: Pick<ReadonlySet<string>, 'has'>,
): ParcelPlan<P> {
  const plan: ParcelPlan<P> = { charge: [], defer: [] };
  const waitByPatient = new Map<string, number>();
  for (const payment of payments) {
    if (inFlight.has(payment.id)) continue;
    const behindMs = waitByPatient.get(payment.patientId);
    if (behindMs !== undefined) {
      if (payment.waitMs < behindMs)
        plan.defer.push({
          id: payment.id,
          attempts: payment.attempts,
          waitMs: behindMs,
          lastError: null,
          cancelling: payment.cancelRequested,
        });
    } else if (payment.waitMs > 0) {
      waitByPatient.set(payment.patientId, payment.waitMs);
    } else {
      plan.charge.push(payment);
    }
  }
  return plan;
}

/**
 * Duration of the attempt, ms. Omitted at a first attempt that decides the payment, which is not
 * noted.
 */
interface Timed {
  tookMs?: number;
}

/** The part of a gateway's answer that decides the outcome. */
export type ChargeAnswer = Timed & ChargeResult;

type ChargeResult =
  | { kind: 'succeeded'; reference: string }
  | { kind: 'declined'; reference: string; reason: string }
  | { kind: 'failed'; reason: string }
  /**
   * `uncounted`: the charge was never sent, or a rate limit refused it. `retryAfterMs`: the gateway
   * asked for this wait.
   */
  | { kind: 'again'; error: string; uncounted?: true; retryAfterMs?: number };

export interface FinalOutcome {
  id: string;
  status: 'SUCCEEDED' | 'DECLINED' | 'FAILED';
  attempts: number;
  reason: string | null;
  gatewayReference: string | null;
  /** Duration of the last attempt, ms; only of a payment with earlier failed attempts. */
  tookMs?: number;
}

export interface Settlement {
  outcomes: FinalOutcome[];
  waits: Wait[];
}

/**
 * Lists every field instead of spreading: this runs for every payment, and a spread costs more than
 * the rest of the function.
 */
function finalOutcome(
  { id, attempts }: PlannedPayment,
  answer: Exclude<ChargeAnswer, { kind: 'again' }>,
): FinalOutcome {
  const made = attempts + 1;
  switch (answer.kind) {
    case 'succeeded':
      return {
        id,
        status: 'SUCCEEDED',
        attempts: made,
        reason: null,
        gatewayReference: answer.reference,
      };
    case 'declined':
      return {
        id,
        status: 'DECLINED',
        attempts: made,
        reason: answer.reason,
        gatewayReference: answer.reference,
      };
    case 'failed':
      return {
        id,
        status: 'FAILED',
        attempts: made,
        reason: answer.reason,
        gatewayReference: null,
      };
  }
}

export interface SettleInput {
  /** The charged payments with their answers, oldest first. */
  charged: readonly { payment: PlannedPayment; answer: ChargeAnswer }[];
  /** Payments deferred earlier; newly deferred ones are added. */
  blocked: Blocked;
  policy: RetryPolicy;
  /** Monotonic ms. */
  nowMs: number;
  /** Uniform in [0, 1), one draw per retry. */
  draw: () => number;
}

/** Plans the next attempt of a payment that got no final answer from the gateway. */
function planRetry(
  payment: PlannedPayment,
  answer: Extract<ChargeAnswer, { kind: 'again' }>,
  policy: RetryPolicy,
  draw: number,
): Wait {
  const { id, attempts, failingMs, cancelRequested: cancelling } = payment;
  const isCounted = answer.uncounted !== true;
  const made = attempts + (isCounted ? 1 : 0);
  const waitMs = backoffMs(
    policy,
    { attempts: made, failingMs, isCounted, retryAfterMs: answer.retryAfterMs ?? 0 },
    draw,
  );
  const wait = { id, attempts: made, waitMs, lastError: answer.error, cancelling };
  return answer.tookMs === undefined ? wait : { ...wait, tookMs: answer.tookMs };
}

/**
 * Decides which answers become final. An answer that must wait is dropped: the same key gets the
 * same answer next time (I6).
 */
export function settleParcel({ charged, blocked, policy, nowMs, draw }: SettleInput): Settlement {
  const settlement: Settlement = { outcomes: [], waits: [] };
  for (const { payment, answer } of charged) {
    const { id, patientId, seq, attempts, cancelRequested: cancelling } = payment;
    const dueMs = blocked.dueBefore(patientId, seq);
    if (dueMs !== null) {
      const waitMs = Math.max(0, dueMs - nowMs);
      settlement.waits.push({ id, attempts, waitMs, lastError: null, cancelling });
      blocked.add(payment, dueMs);
    } else if (answer.kind === 'again') {
      const wait = planRetry(payment, answer, policy, draw());
      settlement.waits.push(wait);
      blocked.add(payment, nowMs + wait.waitMs);
    } else {
      const outcome = finalOutcome(payment, answer);
      if (answer.tookMs !== undefined) outcome.tookMs = answer.tookMs;
      settlement.outcomes.push(outcome);
      blocked.remove(payment);
    }
  }
  return settlement;
}
