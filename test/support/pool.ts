/**
 * The pool with which a test asks PostgreSQL itself: it waits for a connection as long as a busy
 * machine may need.
 */
import { createLogger } from '../../shared/observability/logger.js';
import { createPool, type Pool } from '../../shared/postgres/postgres.js';

const CONNECT_MS = 30_000;

export interface TestPoolOptions {
  /** Connections. Default: 4. */
  max?: number;
  /** Default: 10,000 ms. */
  statementTimeoutMs?: number;
}

export const createTestPool = (
  url: string,
  { max = 4, statementTimeoutMs = 10_000 }: TestPoolOptions = {},
): Pool =>
  createPool(
    { url, name: 'test', max, statementTimeoutMs, connectTimeoutMs: CONNECT_MS },
    createLogger('test', 'test', 'silent'),
  );
