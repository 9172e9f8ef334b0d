/** The connections of a replica to PostgreSQL and Redis. */
import type { Logger } from '../shared/observability/logger.js';
import { KEYED_PLANS } from '../shared/postgres/ledger.js';
import { createPool } from '../shared/postgres/postgres.js';
import { connectRedis } from '../shared/queue/queue.js';
import { openQueue } from '../shared/queue/reconnecting-queue.js';
import type { PaymentsConfig } from './config.js';
import type { Database, QueueAccess } from './dependencies.js';

/**
 * Longest wait of a commit for a lock, in ms. After it the leader finds out which payments are
 * locked, and commits the others.
 */
const LOCK_WAIT_MS = 500;

export interface Connections {
  database: Database;
  queue: QueueAccess;
  close(): Promise<void>;
}

function openDatabase(config: PaymentsConfig, logger: Logger): Database {
  const { databaseUrl: url, statementTimeoutMs } = config;
  const lockWait = `-c lock_timeout=${Math.min(LOCK_WAIT_MS, Math.floor(statementTimeoutMs / 2))}`;
  const pool = (name: string, max: number, settings = KEYED_PLANS) =>
    createPool({ url, statementTimeoutMs, settings, name: `${config.id}-${name}`, max }, logger);
  return {
    loads: pool('load', 1),
    commits: pool('commit', 1, `${KEYED_PLANS} ${lockWait}`),
    background: pool('watch', 2),
  };
}

export function openConnections(
  config: PaymentsConfig,
  partition: number,
  logger: Logger,
): Connections {
  const database = openDatabase(config, logger);
  const redis = connectRedis(config.redisUrl, 'fail-fast', logger);
  const parcels = openQueue(partition, config.queuePrefix, redis);
  return {
    database,
    queue: { parcels, redis },
    close: async () => {
      redis.disconnect();
      const { loads, commits, background } = database;
      await Promise.all([loads.end(), commits.end(), background.end()]);
    },
  };
}
