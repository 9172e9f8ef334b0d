/** The two ways a parcel's work ends before its time. Neither is a failure of the payments: they stay pending. */

/** A commit was refused by the fence: another leads. */
export class LeadershipLost extends Error {
  constructor(readonly term: number) {
    super(`term ${term} is over: the fence refused the commit`);
    this.name = 'LeadershipLost';
  }
}

/** The term was called off before this work was written. */
export class CalledOff extends Error {
  constructor() {
    super('the term was called off');
    this.name = 'AbortError';
  }
}

/** Whether `error` only says that the work of this term was called off. */
export const isCalledOff = (error: unknown, signal: AbortSignal): boolean => signal.aborted || error instanceof LeadershipLost;
