/** Time limits for a busy machine. They are no statement about speed. */

/** For one event, in ms. */
export const PATIENCE_MS = 60_000;
/** For a test, or a hook, with several events, in ms. */
export const TEST_MS = 300_000;

/**
 * Variables of services on a starved machine, where PostgreSQL may be silent for longer than an
 * instance waits in the product (2 and 3 s).
 */
export const PATIENT = { STATEMENT_TIMEOUT_MS: '20000', ACCEPT_RETRY_MS: '25000' };
