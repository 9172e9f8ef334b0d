/**
 * The effect of the same faults on each of several systems, and the difference between two systems.
 * A request that was not in time is either *late* (a payment was made, and its client was notified
 * too late or not at all) or *lost* (no payment was made, so the client must pay again). Pure.
 */
import type { RunEvidence } from '../../record/history.js';
import type { Trial } from '../../record/result.js';
import { compareShares, type ShareTest } from '../../significance/shares.js';

export interface Toll {
  sent: number;
  inTime: number;
  late: number;
  /** No payment was made; declined ones are not lost. */
  lost: number;
  /** Responses without an outcome, or no response at all. */
  errors: number;
}

/** @param trial the figures of the same requests. */
export function tollOf(
  { requests, payments }: Pick<RunEvidence, 'requests' | 'payments'>,
  trial: Trial,
): Toll {
  const { sent, withinDeadline: inTime } = trial;
  const byKey = new Map(payments.map(({ key, status }) => [key, status]));
  const byId = new Map(payments.map(({ id, status }) => [id, status]));
  const count = { paid: 0, declined: 0 };
  for (const { key, paymentId } of requests) {
    const status = (paymentId === null ? undefined : byId.get(paymentId)) ?? byKey.get(key);
    if (status === 'SUCCEEDED') count.paid += 1;
    if (status === 'DECLINED') count.declined += 1;
  }
  const errors = Object.values(trial.errors).reduce((sum, each) => sum + each, 0);
  return {
    sent,
    inTime,
    late: count.paid - inTime,
    lost: sent - count.paid - count.declined,
    errors,
  };
}

export interface Gain {
  /** Difference of the availabilities, in percentage points. */
  points: number;
  /** Additional requests in time. */
  requests: number;
  test: ShareTest;
}

type Served = Pick<Toll, 'sent' | 'inTime'>;

/** The gain of the second system over the first. */
export function gainOf(from: Served, to: Served): Gain {
  const share = ({ sent, inTime }: Served): number => (sent === 0 ? 0 : inTime / sent);
  const test = compareShares(
    { successes: from.inTime, trials: from.sent },
    { successes: to.inTime, trials: to.sent },
  );
  return { points: (share(to) - share(from)) * 100, requests: to.inTime - from.inTime, test };
}
