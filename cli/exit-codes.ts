/** How every command ends; the numbers 0, 3, 4 and 130 mean the same in the lab (experiments/result.ts). */
export const EXIT = {
  /** Done; a payment succeeded; the doctor found no problem. */
  done: 0,
  /** The answer is no: declined, failed, refused, not running, a problem found. */
  no: 1,
  /** Accepted, and its outcome is not known yet. */
  pending: 2,
  /** Something that the commands need could not be made ready. */
  setup: 3,
  arguments: 4,
  /** Nobody answers: it does not run, or cannot be reached. */
  unreachable: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
