/**
 * The two engines of a system: ours, started here, or those that DATABASE_URL and REDIS_URL name, which are only looked at.
 */
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { connectionTo } from '../shared/connection-settings.js';
import { withoutPassword } from './address.js';
import { StartError } from './fail.js';
import { ensureDatabase, preparePostgres, type PostgresServer, type Volume } from './postgres.js';
import { prepareRedis, type RedisServer } from './redis.js';

export interface EngineOptions {
  dataDir: string;
  databaseUrl?: string | undefined;
  redisUrl?: string | undefined;
  quick: boolean;
  /** Where PostgreSQL's data lies, when that is not `dataDir`. */
  volume?: Volume | undefined;
  portOf: (name: string) => number;
}

export interface Engines {
  /** Null when DATABASE_URL names another one. */
  postgres: PostgresServer | null;
  /** Null when REDIS_URL names another one. */
  redis: RedisServer | null;
}

export const DATABASE = 'relevo';

/** Makes ready what is ours; nothing runs yet. @throws StartError */
export async function prepareEngines({ dataDir, databaseUrl, redisUrl, quick, volume, portOf }: EngineOptions): Promise<Engines> {
  const postgres = databaseUrl
    ? null
    : await preparePostgres({ dataDir: join(volume?.folder ?? dataDir, 'postgres'), port: portOf('postgres'), quick, volume });
  const redis = redisUrl ? null : prepareRedis({ dataDir: join(dataDir, 'redis'), port: portOf('redis') });
  return { postgres, redis };
}

async function checkDatabase(url: string): Promise<string> {
  const client = new pg.Client({ ...connectionTo(url), connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return url;
  } catch (error) {
    throw new StartError(`DATABASE_URL (${withoutPassword(url)}) cannot be used: ${reasonOf(error)}.`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function checkRedis(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, connectTimeout: 5_000, retryStrategy: () => null });
  let reason: unknown = null;
  redis.on('error', (error) => {
    reason ??= error;
  });
  try {
    await redis.connect();
    await redis.ping();
    return url;
  } catch (error) {
    throw new StartError(`REDIS_URL (${withoutPassword(url)}) cannot be used: ${reasonOf(reason ?? error)}.`);
  } finally {
    redis.disconnect();
  }
}

/** An AggregateError (one failure an address tried) has no message of its own. */
function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}

/** The record's address, once it answers and its database exists. */
export async function startDatabase({ postgres }: Engines, url: string | undefined): Promise<string> {
  if (!postgres) return checkDatabase(url ?? '');
  await postgres.start();
  return ensureDatabase(postgres, DATABASE);
}

/** Redis' address, once it answers. */
export async function startRedis({ redis }: Engines, url: string | undefined): Promise<string> {
  if (!redis) return checkRedis(url ?? '');
  await redis.start();
  return redis.address;
}
