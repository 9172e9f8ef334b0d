/** No bound on speed: how long things may take on a machine that does much else. */

/** For one thing to happen, in ms. */
export const PATIENCE_MS = 60_000;
/** For a test, or a hook, in which several such things happen. */
export const TEST_MS = 180_000;
