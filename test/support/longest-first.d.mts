/** The files whose durations are known, relative to the project's root. */
export const LISTED: readonly string[];
