/**
 * PostgreSQL and Redis, as Relevo ships them, with default durability: one server each for a whole
 * run, or the cluster and the group of `npm start -- --standby` for one measurement. Every
 * measurement gets a fresh environment: its own database, an empty Redis with a rewritten file, and
 * a completed checkpoint. No benchmark inherits tables, dirty pages or log from another.
 */
import {
  DATABASE_NAME,
  prepareEngines,
  startDatabase,
  startRedis,
  type Engines,
} from '../../local/engines/engines.js';
import { migrate } from '../../local/engines/migrate.js';
import { freePort } from '../../local/processes/ports.js';
import { seedDatabase } from '../../local/engines/seed.js';
import { enginePlaces, type Shape } from '../../local/plan.js';
import { stopAll } from '../../local/stop-order.js';
import { createLogger } from '../../shared/observability/logger.js';
import { createPool, type Pool } from '../../shared/postgres/postgres.js';
import { openRedis } from '../../shared/queue/connect-redis.js';
import { waitUntil } from '../../shared/wait-until.js';
import { readVersions } from '../record/evidence.js';
import { listEngines, readEnginePids, type EnginePids } from './engine-pids.js';

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
  'synchronous_standby_names',
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

/** The address of a database, for clients that follow its primary. */
function toDatabaseUrl({ postgres, databaseCluster }: Engines, database: string): string {
  const server = postgres ?? databaseCluster;
  if (!server) throw new Error('the bench runs a PostgreSQL of its own');
  return server.toUrl(database);
}

/** An orderly end of the cluster takes some ten seconds, and its data are deleted. */
async function stopEngines(engines: Engines): Promise<void> {
  await engines.databaseCluster?.end();
  await stopAll(listEngines(engines));
}

/** One server each, or servers with standbys. */
export type EngineMode = 'single' | 'standby';

const SHAPES: Record<EngineMode, Pick<Shape, 'record' | 'queue'>> = {
  single: {},
  standby: { record: 'cluster', queue: 'group' },
};

export class BenchEngines {
  private databases = 0;

  private constructor(
    private readonly engines: Engines,
    private readonly redisUrl: string,
    private readonly admin: Pool,
    /** The processes of the engines, by part. */
    readonly pids: EnginePids,
  ) {}

  /** @throws StartError; no engine is left running then. */
  static async open(
    dataDir: string,
    onLine: (name: string, line: string) => void,
    mode: EngineMode = 'single',
  ): Promise<BenchEngines> {
    const shape = SHAPES[mode];
    const ports = new Map<string, number>();
    for (const { name } of enginePlaces(shape)) ports.set(name, await freePort());
    const portOf = (name: string): number => ports.get(name) ?? 0;
    const engines = await prepareEngines({ ...shape, dataDir, quick: false, portOf });
    for (const engine of listEngines(engines))
      engine.on('line', (line) => onLine(engine.name, line));
    try {
      const [, redisUrl] = await Promise.all([
        startTemplate(engines),
        startRedis(engines, undefined),
      ]);
      const admin = openPool(toDatabaseUrl(engines, 'postgres'));
      return new BenchEngines(engines, redisUrl, admin, await readEnginePids(engines));
    } catch (error) {
      await stopEngines(engines);
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
    await emptyRedis(this.redisUrl);
    const databaseUrl = toDatabaseUrl(this.engines, name);
    const pool = openPool(databaseUrl);
    const clear = async (): Promise<void> => {
      await pool.end();
      await this.admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    };
    return { databaseUrl, redisUrl: this.redisUrl, pool, clear };
  }

  /** Writes dirty pages to disk, so that this is not done during the next measurement. */
  async settle(): Promise<void> {
    await this.admin.query('CHECKPOINT');
  }

  /** Ids of the sample patients. */
  async patients(): Promise<string[]> {
    const pool = openPool(toDatabaseUrl(this.engines, TEMPLATE));
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM patient ORDER BY id');
    await pool.end(); // A template can only be copied without connections to it.
    return rows.map(({ id }) => id);
  }

  versions(): Promise<Record<string, string>> {
    return readVersions(this.admin, this.redisUrl);
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
    await stopEngines(this.engines);
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
  const redis = openRedis(url, { maxRetriesPerRequest: 1 });
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
