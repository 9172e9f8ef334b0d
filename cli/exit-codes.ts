/**
 * The exit codes of all commands. 0, 3, 4 and 130 have the same meaning in the lab
 * (experiments/record/result.ts).
 */
export const EXIT = {
  /** Success: the command finished, a payment succeeded, or the doctor found no problem. */
  done: 0,
  /** A negative answer: declined, failed, refused, not running, or a problem found. */
  no: 1,
  /** Accepted, and the outcome is not known yet. */
  pending: 2,
  /** A requirement of the command could not be installed or started. */
  setup: 3,
  arguments: 4,
  /** No service answers: it does not run, or is unreachable. */
  unreachable: 5,
  interrupted: 130,
} as const;
