/**
 * One deadline for a whole call, from the request to the last byte of the answer. A client's own
 * time-out is often an idle timer, which an answer of one byte at a time never lets expire. After a
 * delay, a process reads pending input before it decides that the deadline passed: timers fire
 * before input is read, and answers would count as lost because this process was busy.
 */

/** The deadline of a call passed. */
export class DeadlineExceeded extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = 'DeadlineExceeded';
  }
}

/**
 * Runs `call` with a signal that fires after `ms`, or when `outer` fires. The timer is stopped when
 * the call ends.
 * @throws DeadlineExceeded when the deadline passes first; else the error of `call`.
 */
export async function withDeadline<T>(
  ms: number,
  outer: AbortSignal | null,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  let ended = false;
  let isLate = false;
  const timer = setTimeout(
    () =>
      setImmediate(() => {
        if (ended) return;
        isLate = true;
        controller.abort();
      }),
    ms,
  );
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
 * Waits at most `ms` for a call that cannot be cancelled; a later result is ignored.
 * @throws DeadlineExceeded when the deadline passes first; else the error of the call.
 */
export const waitAtMost = <T>(ms: number, pending: Promise<T>): Promise<T> =>
  withDeadline(
    ms,
    null,
    (signal) =>
      new Promise<T>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DeadlineExceeded(ms)), { once: true });
        pending.then(resolve, reject);
      }),
  );
