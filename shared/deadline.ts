/**
 * One deadline for one whole call: from the request to the last byte of the answer. A client's own time-out is often an idle timer, which
 * an answer that comes one byte at a time never lets expire. A process that was late reads what has come before it judges: timers fire
 * before input is read, and a burst of answers would be called lost because this process was busy with it.
 */

/** The time of a call was up. */
export class DeadlineExceeded extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = 'DeadlineExceeded';
  }
}

/**
 * Runs `call` with a signal that fires after `ms`, or when `outer` fires. The timer is stopped when the call ends.
 * @throws DeadlineExceeded when the time was up first; else what `call` throws.
 */
export async function withDeadline<T>(ms: number, outer: AbortSignal | null, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  let ended = false;
  let isLate = false;
  const timer = setTimeout(() => setImmediate(() => {
    if (ended) return;
    isLate = true;
    controller.abort();
  }), ms);
  const follow = (): void => controller.abort(outer?.reason);
  outer?.addEventListener('abort', follow);
  try {
    return await call(controller.signal);
  } catch (error) {
    throw isLate ? new DeadlineExceeded(ms) : error;
  } finally {
    ended = true;
    clearTimeout(timer);
    outer?.removeEventListener('abort', follow);
  }
}

/**
 * Waits at most `ms` for a call that cannot be cancelled; its later result is ignored.
 * @throws DeadlineExceeded when the time was up first; else what the call throws.
 */
export const waitAtMost = <T>(ms: number, pending: Promise<T>): Promise<T> =>
  withDeadline(ms, null, (signal) => new Promise<T>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DeadlineExceeded(ms)), { once: true });
    pending.then(resolve, reject);
  }));
