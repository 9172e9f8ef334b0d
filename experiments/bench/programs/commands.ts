/**
 * What the bench and its child processes say to each other: a command by name, one answer. Moments are nanoseconds of the monotonic clock,
 * which is one and the same for every process of a machine, so that a start seen by one and an end seen by another can be subtracted.
 */
export interface Question {
  id: number;
  command: string;
  argument: unknown;
}

export interface Reply {
  id: number;
  result?: unknown;
  /** Why there is no result. */
  error?: string;
}

/** Two moments of the monotonic clock, ns. */
export interface Span {
  fromNs: bigint;
  toNs: bigint;
}

export const secondsOf = ({ fromNs, toNs }: Span): number => Number(toNs - fromNs) / 1e9;

export const nowNs = (): bigint => process.hrtime.bigint();
