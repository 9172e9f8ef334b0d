/**
 * Repeats a repeatable database call until PostgreSQL answers it or the term is over. Every error that the server sends is a reason to
 * wait, also a missing right or table: a replica that ended itself would start again and meet the same error, as would its successors.
 */
import { sleep } from '../shared/clock.js';
import type { Logger } from '../shared/logger.js';
import { isFromServer, isPassing } from '../shared/postgres.js';

const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 250;

/** Of an error that blames data the message may quote a row. */
const reduced = (error: Error & { code?: unknown }): { message: string } | { code: unknown } =>
  isPassing(error) ? { message: error.message } : { code: error.code };

/** @throws what `call` throws when it is neither a passing error nor one of the server; AbortError when `signal` fires. */
export async function steadfast<T>(call: () => Promise<T>, signal: AbortSignal, logger: Logger): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error) && !isFromServer(error)) throw error;
      if (waitMs === FIRST_WAIT_MS) logger.warn({ err: reduced(error as Error) }, 'PostgreSQL does not carry out a statement; waiting for it');
      await sleep(waitMs, signal);
    }
  }
}
