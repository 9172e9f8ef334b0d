/**
 * A payment client that retries: repeats a request that ended without an outcome, with the same
 * Idempotency-Key, until the deadline. The deadline counts from the time when the payment was due.
 * Its result is reported next to that of the client without retries.
 */
import { sleep } from '../../shared/clock.js';
import type { RequestRecord } from '../record/history.js';
import { wallMs, type PaymentClient } from './client.js';

/**
 * Pause between two attempts, ms: short compared with any deadline, long compared with a refused
 * connection.
 */
const PAUSE_MS = 50;

/**
 * The outcome is unknown, and a retry may return it: no response, not final yet, or an error of the
 * server.
 */
export const worthRetrying = ({
  httpStatus,
  status,
}: Pick<RequestRecord, 'httpStatus' | 'status'>): boolean =>
  status === 'PENDING' ||
  (status === null && (httpStatus === null || httpStatus >= 500 || httpStatus === 429));

/**
 * @param deadlineMs no attempt starts later than this after the payment was due. @param signal
 *   aborted: no further attempt. @param pauseMs between two attempts.
 */
export function withRetries(
  client: PaymentClient,
  deadlineMs: number,
  signal: AbortSignal,
  pauseMs = PAUSE_MS,
): PaymentClient {
  return {
    pay: async (order, trial, intendedMs) => {
      const first = await client.pay(order, trial, intendedMs);
      const earlierErrors: string[] = [];
      let latest = first;
      while (
        worthRetrying(latest) &&
        !signal.aborted &&
        wallMs() + pauseMs < intendedMs + deadlineMs
      ) {
        earlierErrors.push(latest.error ?? 'NO_ANSWER');
        await sleep(pauseMs);
        latest = await client.pay(order, trial, intendedMs);
      }
      return { ...latest, sentMs: first.sentMs, tries: earlierErrors.length + 1, earlierErrors };
    },
    payBatch: (order, trial, intendedMs) => client.payBatch(order, trial, intendedMs),
    close: () => client.close(),
  };
}
