/**
 * Repeats an idempotent statement until PostgreSQL answers it or the term is over. Every error that
 * the server sends is a reason to wait, including a missing right or table: a replica that ended
 * itself would restart and meet the same error, and so would its successors.
 */
import { sleep } from '../shared/clock.js';
import type { Logger } from '../shared/observability/logger.js';
import { isFromServer, isTransient } from '../shared/postgres/postgres.js';
import { retryCall } from '../shared/retry-call.js';

const PAUSES_MS = [20, 40, 80, 160, 250];

/** Keeps only the code of an error about data, because its message may quote a row. */
const reduceError = (error: Error & { code?: unknown }): { message: string } | { code: unknown } =>
  isTransient(error) ? { message: error.message } : { code: error.code };

/**
 * @throws the error of `call` when it is neither transient nor sent by the server; AbortError when
 *   `signal` fires.
 */
export async function retryStatement<T>(
  call: () => Promise<T>,
  signal: AbortSignal,
  logger: Logger,
): Promise<T> {
  const callInTerm = (): Promise<T> => {
    signal.throwIfAborted();
    return call();
  };
  return retryCall(callInTerm, {
    pausesMs: PAUSES_MS,
    isRetryable: (error) => error !== signal.reason && (isTransient(error) || isFromServer(error)),
    beforePause: ({ error, earlier }) => {
      if (earlier === 0)
        logger.warn(
          { err: reduceError(error as Error) },
          'PostgreSQL refuses a statement; retrying',
        );
    },
    pause: (ms) => sleep(ms, signal),
  });
}
