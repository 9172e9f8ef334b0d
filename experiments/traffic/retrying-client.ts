/**
 * The client of a careful user: what ends without an outcome is asked again with the same Idempotency-Key, until the deadline, which
 * counts from the moment the payment was due. A second figure beside that of the client that never tries again.
 */
import { sleep } from '../../shared/clock.js';
import type { RequestRecord } from '../history.js';
import { wallMs, type PaymentClient } from './client.js';

/** Pause between two tries, ms: short beside any deadline, long beside a refused connection. */
const PAUSE_MS = 50;

/** Nothing is known of the outcome, and asking again may tell: no answer, not final yet, or a server's own fault. */
export const worthRetrying = ({ httpStatus, status }: Pick<RequestRecord, 'httpStatus' | 'status'>): boolean =>
  status === 'PENDING' || (status === null && (httpStatus === null || httpStatus >= 500 || httpStatus === 429));

/** @param deadlineMs no try begins later than this after the payment was due. @param signal no further try once it fires. */
export function withRetries(client: PaymentClient, deadlineMs: number, signal: AbortSignal): PaymentClient {
  return {
    pay: async (order, trial, intendedMs) => {
      const first = await client.pay(order, trial, intendedMs);
      const earlierErrors: string[] = [];
      let latest = first;
      while (worthRetrying(latest) && !signal.aborted && wallMs() + PAUSE_MS < intendedMs + deadlineMs) {
        earlierErrors.push(latest.error ?? 'NO_ANSWER');
        await sleep(PAUSE_MS);
        latest = await client.pay(order, trial, intendedMs);
      }
      return { ...latest, sentMs: first.sentMs, tries: earlierErrors.length + 1, earlierErrors };
    },
    payBatch: (order, trial, intendedMs) => client.payBatch(order, trial, intendedMs),
    close: () => client.close(),
  };
}
