/** Objectives of the availability experiment. Pure. */
import type { Objective, Trial } from '../record/result.js';

type Served = Pick<Trial, 'sent' | 'withinDeadline' | 'availability'>;

/** Every payment succeeds in time, despite all failures. */
export const everyPayment = (deadlineMs: number, { availability }: Served): Objective => ({
  name: `availability within ${deadlineMs} ms`,
  target: 1,
  actual: availability,
  met: availability >= 1,
});

/** Every payment becomes final, although the primaries of the storage fail. */
export const everyPaymentFinal = ({ sent, withinDeadline }: Served): Objective => ({
  name: 'payments final',
  target: sent,
  actual: withinDeadline,
  met: withinDeadline === sent,
});

/**
 * The published design must lose payments under these failures: otherwise the comparison proves
 * nothing.
 */
export function morePayments(published: Served, relevo: Served): Objective {
  const actual = relevo.withinDeadline - published.withinDeadline;
  return {
    name: 'payments in time more than the published design',
    target: 1,
    actual,
    met: actual >= 1,
  };
}
