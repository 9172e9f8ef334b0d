/**
 * PostgreSQL and Redis of a whole run, as Relevo ships them, with default durability. Every
 * measurement gets a fresh environment: its own database, an empty Redis with a rewritten file, and
 * a completed checkpoint. No benchmark inherits tables, dirty pages or log from another.
 */
import { Redis } from 'ioredis';
import {
  DATABASE_NAME,
  prepareEngines,
  startDatabase,
  type Engines,
} from '../../local/engines/engines.js';
import { migrate } from '../../local/engines/migrate.js';
import { freePort } from '../../local/processes/ports.js';
import type { PostgresServer } from '../../local/engines/postgres.js';
import type { RedisServer } from '../../local/engines/redis.js';
import { seedDatabase } from '../../local/engines/seed.js';
import { createLogger } from '../../shared/observability/logger.js';
import { createPool, type Pool } from '../../shared/postgres/postgres.js';
import { waitUntil } from '../../shared/wait-until.js';
import { readVersions } from '../record/evidence.js';

/** Relevo's schema and its sample patients; Relevo's databases are copies. */
const TEMPLATE = DATABASE_NAME;
const DATABASE_PREFIX = 'bench_';
/** Longest wait for Redis to rewrite its file, ms. */
const REWRITE_MS = 60_000;
/** Settings about durability and memory, which the result reports. */
const REPORTED_SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'shared_buffers',
  'max_wal_size',
  'max_connections',
];

export interface BenchStorage {
  databaseUrl: string;
  redisUrl: string;
  /** Pool that is not part of the measurement; used before and after a measurement only. */
  pool: Pool;
  /** Drops the database. */
  clear(): Promise<void>;
}

export class BenchEngines {
  private databases = 0;

  private constructor(
    readonly postgres: PostgresServer,
    readonly redis: RedisServer,
    private readonly admin: Pool,
  ) {}

  /** @throws StartError; no engine is left running then. */
  static async open(
    dataDir: string,
    onLine: (name: string, line: string) => void,
  ): Promise<BenchEngines> {
    const ports = { postgres: await freePort(), redis: await freePort() };
    const prepared = await prepareEngines({
      dataDir,
      quick: false,
      portOf: (name) => (name === 'redis' ? ports.redis : ports.postgres),
    });
    // Own servers: no address is configured.
    const { postgres, redis } = prepared as { postgres: PostgresServer; redis: RedisServer };
    for (const engine of [postgres, redis]) engine.on('line', (line) => onLine(engine.name, line));
    try {
      await Promise.all([startTemplate(prepared), redis.start()]);
      return new BenchEngines(postgres, redis, openPool(postgres.toUrl('postgres')));
    } catch (error) {
      await Promise.all([postgres.stop(), redis.stop()]);
      throw error;
    }
  }

  /**
   * @param withSchema whether the database has Relevo's schema and patients; otherwise the database
   *   is empty.
   */
  async createStorage(withSchema: boolean): Promise<BenchStorage> {
    const name = `${DATABASE_PREFIX}${(this.databases += 1)}`;
    await this.admin.query(`CREATE DATABASE ${name}${withSchema ? ` TEMPLATE ${TEMPLATE}` : ''}`);
    await emptyRedis(this.redis.address);
    const databaseUrl = this.postgres.toUrl(name);
    const pool = openPool(databaseUrl);
    const clear = async (): Promise<void> => {
      await pool.end();
      await this.admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    };
    return { databaseUrl, redisUrl: this.redis.address, pool, clear };
  }

  /** Writes dirty pages to disk, so that this is not done during the next measurement. */
  async settle(): Promise<void> {
    await this.admin.query('CHECKPOINT');
  }

  /** Ids of the sample patients. */
  async patients(): Promise<string[]> {
    const pool = openPool(this.postgres.toUrl(TEMPLATE));
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM patient ORDER BY id');
    await pool.end(); // A template can only be copied without connections to it.
    return rows.map(({ id }) => id);
  }

  versions(): Promise<Record<string, string>> {
    return readVersions(this.admin, this.redis.address);
  }

  /** Settings of PostgreSQL by name, as `SHOW` prints them. */
  async settings(): Promise<Record<string, string>> {
    const { rows } = await this.admin.query<{ name: string; value: string }>(
      'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
      [REPORTED_SETTINGS],
    );
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  async close(): Promise<void> {
    await this.admin.end();
    await Promise.all([this.postgres.stop(), this.redis.stop()]);
  }
}

const openPool = (url: string): Pool =>
  createPool(
    { url, name: 'bench', max: 2, statementTimeoutMs: 120_000 },
    createLogger('bench', 'bench', 'silent'),
  );

async function startTemplate(engines: Engines): Promise<void> {
  const databaseUrl = await startDatabase(engines, undefined);
  await migrate(databaseUrl);
  await seedDatabase(databaseUrl);
}

async function emptyRedis(url: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    await redis.flushall();
    await redis.bgrewriteaof();
    await waitUntil(
      async () => !/aof_rewrite_(in_progress|scheduled):1/.test(await redis.info('persistence')),
      {
        deadlineMs: REWRITE_MS,
        pollMs: 20,
        toError: () => new Error(`Redis did not rewrite its file within ${REWRITE_MS} ms`),
      },
    );
  } finally {
    redis.disconnect();
  }
}
