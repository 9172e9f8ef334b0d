/**
 * The two errors that end the work on a parcel early. Neither is a failure of its payments: they
 * stay pending.
 */

/** The fence refused a commit: another replica leads. */
export class LeadershipLost extends Error {
  constructor(readonly term: number) {
    super(`term ${term} is over: the fence refused the commit`);
    this.name = 'LeadershipLost';
  }
}

/** The term was cancelled before this work was written. */
export class CalledOff extends Error {
  constructor() {
    super('the term was cancelled');
    this.name = 'AbortError';
  }
}

/**
 * Whether `error` is expected at the end of a term: any error after it, or a refusal by the fence.
 */
export const isExpectedAtTermEnd = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted || error instanceof LeadershipLost;
