/** Repeats a repeatable database call while PostgreSQL is away, until it answers or the term is over. */
import { sleep } from '../shared/clock.js';
import type { Logger } from '../shared/logger.js';
import { isPassing } from '../shared/postgres.js';

const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 250;

/** @throws what `call` throws when it is not a passing error; AbortError when `signal` fires. */
export async function steadfast<T>(call: () => Promise<T>, signal: AbortSignal, logger: Logger): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (waitMs === FIRST_WAIT_MS) logger.warn({ err: { message: (error as Error).message } }, 'PostgreSQL is away; waiting for it');
      await sleep(waitMs, signal);
    }
  }
}
