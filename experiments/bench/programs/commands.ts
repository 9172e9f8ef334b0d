/**
 * The messages between the bench and its child processes: a command by name, and one reply. Times
 * are nanoseconds of the monotonic clock, which all processes of a machine share, so that a start
 * seen by one process and an end seen by another can be subtracted.
 */
export interface ProgramCommand {
  id: number;
  command: string;
  argument: unknown;
}

export interface ProgramReply {
  id: number;
  result?: unknown;
  /** The error, when there is no result. */
  error?: string;
}

/** Two times of the monotonic clock, ns. */
export interface Span {
  fromNs: bigint;
  toNs: bigint;
}

export const secondsOf = ({ fromNs, toNs }: Span): number => Number(toNs - fromNs) / 1e9;

export const nowNs = (): bigint => process.hrtime.bigint();
