/** What the availability experiment must show. Pure. */
import type { Objective, Trial } from '../result.js';

type Served = Pick<Trial, 'sent' | 'withinDeadline' | 'availability'>;

/** Every payment in time, whatever fails. */
export const everyPayment = (deadlineMs: number, { availability }: Served): Objective => ({
  name: `availability within ${deadlineMs} ms`, target: 1, actual: availability, met: availability >= 1,
});

/** The failures must be such that the published design loses by them: a comparison on a fair-weather day proves nothing. */
export function morePayments(published: Served, relevo: Served): Objective {
  const actual = relevo.withinDeadline - published.withinDeadline;
  return { name: 'payments in time more than the published design', target: 1, actual, met: actual >= 1 };
}
