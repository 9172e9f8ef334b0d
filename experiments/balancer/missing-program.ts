/** A program of the operating system that an experiment needs is missing: nothing was started. */
export class MissingProgramError extends Error {}
