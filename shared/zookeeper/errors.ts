/** Errors of calls to ZooKeeper, with one code each. */

/**
 * A call failed. `code`: the name of ZooKeeper's error, such as `NO_NODE` or `BAD_VERSION`;
 * `CONNECTION_LOSS`; or `DEADLINE`: no answer in time.
 */
export class ZooKeeperError extends Error {
  constructor(
    readonly code: string,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'ZooKeeperError';
  }
}

/** Codes after which a write may have happened, and every later call fails for a while. */
const UNREACHABLE = new Set(['CONNECTION_LOSS', 'DEADLINE', 'SESSION_EXPIRED']);

/** Whether the ensemble gave no answer: a write may or may not have happened. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof ZooKeeperError && UNREACHABLE.has(error.code);

/** Whether the ensemble refused the call with this error. */
export const isRefusal = (error: unknown, code: string): boolean =>
  error instanceof ZooKeeperError && error.code === code;
