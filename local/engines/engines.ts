/**
 * Provides PostgreSQL and Redis for a system: starts our own servers, or checks the external ones
 * that DATABASE_URL and REDIS_URL name.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { connectOnce } from '../../shared/postgres/hosts/follow.js';
import { openRedis } from '../../shared/queue/connect-redis.js';
import { stripPassword } from '../processes/address.js';
import { StartError } from '../errors.js';
import { copyFolder } from '../copy-folder.js';
import { ensureDatabase, preparePostgres, type PostgresServer, type Volume } from './postgres.js';
import { prepareRedis, type RedisServer } from './redis.js';

export interface EngineOptions {
  dataDir: string;
  databaseUrl?: string | undefined;
  redisUrl?: string | undefined;
  quick: boolean;
  /** The file system that holds PostgreSQL's data, when it is not `dataDir`. */
  volume?: Volume | undefined;
  portOf: (name: string) => number;
}

export interface Engines {
  /** Null when DATABASE_URL names an external server. */
  postgres: PostgresServer | null;
  /** Null when REDIS_URL names an external server. */
  redis: RedisServer | null;
}

export const DATABASE_NAME = 'relevo';

/**
 * Copies the cluster of TEST_CLUSTER into a new data directory. `npm test` prepares that cluster
 * once, because creating, migrating and seeding a database takes three seconds of a processor.
 */
async function copyTestCluster(dataDir: string): Promise<void> {
  const cluster = process.env['TEST_CLUSTER'];
  const isThere = await access(dataDir).then(
    () => true,
    () => false,
  );
  if (cluster && !isThere) await copyFolder(cluster, dataDir);
}

/** Prepares our own servers; does not start them. @throws StartError */
export async function prepareEngines({
  dataDir,
  databaseUrl,
  redisUrl,
  quick,
  volume,
  portOf,
}: EngineOptions): Promise<Engines> {
  if (!databaseUrl) await copyTestCluster(join(volume?.window ?? dataDir, 'postgres'));
  const postgres = databaseUrl
    ? null
    : await preparePostgres({
        dataDir: join(volume?.folder ?? dataDir, 'postgres'),
        port: portOf('postgres'),
        quick,
        volume,
      });
  const redis = redisUrl
    ? null
    : prepareRedis({ dataDir: join(dataDir, 'redis'), port: portOf('redis') });
  return { postgres, redis };
}

/** @returns the address, when the database answers. @throws StartError */
export async function checkDatabase(url: string): Promise<string> {
  try {
    const client = await connectOnce(url, { connectionTimeoutMillis: 5_000 });
    await client.end().catch(() => undefined);
    return url;
  } catch (error) {
    throw new StartError(
      `DATABASE_URL (${stripPassword(url)}) cannot be used: ${getReason(error)}.`,
    );
  }
}

async function checkRedis(url: string): Promise<string> {
  const redis = openRedis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
    retryStrategy: () => null,
  });
  let reason: unknown = null;
  redis.on('error', (error) => {
    reason ??= error;
  });
  try {
    await redis.connect();
    await redis.ping();
    return url;
  } catch (error) {
    throw new StartError(
      `REDIS_URL (${stripPassword(url)}) cannot be used: ${getReason(reason ?? error)}.`,
    );
  } finally {
    redis.disconnect();
  }
}

/**
 * The reason of a failure. An AggregateError (one failure per address tried) has no message of its
 * own, so its first error counts.
 */
function getReason(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}

/**
 * Starts or checks PostgreSQL. @returns its address, once it answers and the database exists.
 * @throws StartError
 */
export async function startDatabase(
  { postgres }: Engines,
  url: string | undefined,
): Promise<string> {
  if (!postgres) return checkDatabase(url ?? '');
  await postgres.start();
  return ensureDatabase(postgres, DATABASE_NAME);
}

/** Starts or checks Redis. @returns its address, once it answers. @throws StartError */
export async function startRedis({ redis }: Engines, url: string | undefined): Promise<string> {
  if (!redis) return checkRedis(url ?? '');
  await redis.start();
  return redis.address;
}
