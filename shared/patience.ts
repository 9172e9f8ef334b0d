/**
 * How long the patients service waits for PostgreSQL before it refuses a payment. Its callers read
 * the same option, so that none of them gives up while a payment may still be accepted. Pure.
 */
import { milliseconds } from './config.js';
import { namesHosts } from './postgres/hosts/host-list.js';

/**
 * Longer than the restart of a single server, or than the failover of a conservative cluster, some
 * 25 s with a `ttl` of 20 s; in ms.
 */
const PATIENCE_MS = { single: 3_000, several: 30_000 } as const;

/** The option of patients; the other services must have the same value. */
export const ACCEPT_RETRY_MS = milliseconds('ACCEPT_RETRY_MS', {
  default: PATIENCE_MS.single,
  max: 60_000,
  doc: 'How long a payment waits while PostgreSQL is unavailable, from its arrival; longer than a restart or a failover. Default with several hosts in DATABASE_URL: 30,000.',
});

/** Adds the default of ACCEPT_RETRY_MS for the database that DATABASE_URL names. */
export function withUsualPatience(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const profile = namesHosts(env['DATABASE_URL'] ?? '') ? 'several' : 'single';
  return { ACCEPT_RETRY_MS: String(PATIENCE_MS[profile]), ...env };
}

/** An instance answers at most a second after its patience; the rest is for the network. */
const ANSWER_MS = 2_000;

/** After this time, an instance has accepted or refused a payment, in ms. */
export const getLongestAcceptanceMs = (acceptRetryMs: number): number => acceptRetryMs + ANSWER_MS;
