/**
 * Repeats an idempotent database call until PostgreSQL answers it or the term is over. Every error
 * that the server sends is a reason to wait, including a missing right or table: a replica that
 * ended itself would restart and meet the same error, and so would its successors.
 */
import { sleep } from '../shared/clock.js';
import type { Logger } from '../shared/observability/logger.js';
import { isFromServer, isPassing } from '../shared/postgres/postgres.js';

const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 250;

/** Keeps only the code of an error about data, because its message may quote a row. */
const reduced = (error: Error & { code?: unknown }): { message: string } | { code: unknown } =>
  isPassing(error) ? { message: error.message } : { code: error.code };

/**
 * @throws the error of `call` when it is neither transient nor sent by the server; AbortError when
 *   `signal` fires.
 */
export async function steadfast<T>(
  call: () => Promise<T>,
  signal: AbortSignal,
  logger: Logger,
): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error) && !isFromServer(error)) throw error;
      if (waitMs === FIRST_WAIT_MS)
        logger.warn({ err: reduced(error as Error) }, 'PostgreSQL refuses a statement; retrying');
      await sleep(waitMs, signal);
    }
  }
}
