/** Time limits for a busy machine. They are no statement about speed. */

/** For one event, in ms. */
export const PATIENCE_MS = 60_000;
/** For a test, or a hook, with several events, in ms. */
export const TEST_MS = 300_000;
