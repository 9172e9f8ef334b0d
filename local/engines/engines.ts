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
import {
  clusterPlaces,
  ROUTE_NAME,
  type QueueMode,
  type RecordMode,
  type RecordRoute,
} from '../plan.js';
import { CLUSTER_FOLDER } from './cluster-folder.js';
import type { PatroniSettings, TimingProfile } from './patroni-settings.js';
import { preparePostgresCluster, type PostgresCluster } from './postgres-cluster.js';
import { checkRecordMode, SINGLE_FOLDER } from './record-mode.js';
import { ensureDatabase, preparePostgres, type PostgresServer, type Volume } from './postgres.js';
import { prepareRedis, type RedisServer } from './redis.js';
import { DIRECT, type EngineLinks } from './engine-links.js';
import { GROUP_FOLDER, RedisGroup } from './redis-group.js';

export interface EngineOptions {
  dataDir: string;
  databaseUrl?: string | undefined;
  redisUrl?: string | undefined;
  /** Default: single. */
  record?: RecordMode | undefined;
  /** Default: single. */
  queue?: QueueMode | undefined;
  /** To the primary of the cluster. Default: pool. */
  route?: RecordRoute | undefined;
  /** Of the cluster. Default: the one that the installed Patroni can keep. */
  profile?: TimingProfile | undefined;
  /** Changes of the safe settings of the cluster, for a control of the lab. */
  recordSettings?: Partial<PatroniSettings> | undefined;
  quick: boolean;
  /** Proxies of the lab between the engines. Default: none. */
  engineLinks?: EngineLinks | undefined;
  /** The file system that holds PostgreSQL's data, when it is not `dataDir`. */
  volume?: Volume | undefined;
  /** The disk of each node of the cluster by name, when it is not that of `dataDir`. */
  volumes?: ReadonlyMap<string, Volume> | undefined;
  portOf: (name: string) => number;
}

export interface Engines {
  /** Null when DATABASE_URL names an external server, and when the record is a cluster. */
  postgres: PostgresServer | null;
  /** Null when the record is a single server. */
  databaseCluster: PostgresCluster | null;
  /** Null when REDIS_URL names an external server, and when the queue is a group. */
  redis: RedisServer | null;
  /** Null when the queue is a single server. */
  redisGroup: RedisGroup | null;
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

/** @throws StartError that names each address of a server that a start would ignore. */
function refuseOtherServers({ databaseUrl, redisUrl, record, queue }: EngineOptions): void {
  const names = [
    ...(databaseUrl && record === 'cluster' ? ['DATABASE_URL'] : []),
    ...(redisUrl && queue === 'group' ? ['REDIS_URL'] : []),
  ];
  if (names.length === 0) return;
  const [all, verb] = [names.join(' and '), names.length > 1 ? 'name servers' : 'names a server'];
  throw new StartError(
    `${all} ${verb} of yours, and --standby starts its own: unset ${all}, or start without --standby.`,
  );
}

/** Prepares our own servers; does not start them. @throws StartError */
export async function prepareEngines(options: EngineOptions): Promise<Engines> {
  refuseOtherServers(options);
  await options.engineLinks?.open(options.portOf);
  return { ...(await prepareRecord(options)), ...prepareQueue(options) };
}

/** @throws StartError */
function prepareQueue({
  dataDir,
  redisUrl,
  queue,
  portOf,
  engineLinks: links = DIRECT,
}: EngineOptions): Pick<Engines, 'redis' | 'redisGroup'> {
  const none = { redis: null, redisGroup: null };
  if (redisUrl) return none;
  if (queue === 'group')
    return {
      ...none,
      redisGroup: new RedisGroup({ dataDir: join(dataDir, GROUP_FOLDER), portOf, links }),
    };
  return {
    ...none,
    redis: prepareRedis({ dataDir: join(dataDir, 'redis'), port: portOf('redis') }),
  };
}

/** @throws StartError */
async function prepareRecord(
  options: EngineOptions,
): Promise<Pick<Engines, 'postgres' | 'databaseCluster'>> {
  const { dataDir, databaseUrl, record = 'single', profile, quick, volume, portOf } = options;
  const settings = options.recordSettings ?? {};
  const none = { postgres: null, databaseCluster: null };
  if (databaseUrl) return none;
  checkRecordMode(dataDir, record);
  if (record === 'cluster') {
    const folder = join(dataDir, CLUSTER_FOLDER);
    const places = clusterPlaces(portOf);
    return {
      ...none,
      databaseCluster: await preparePostgresCluster({
        folder,
        ...places,
        quick,
        profile,
        settings,
        ...(options.route === 'haproxy'
          ? { route: { name: ROUTE_NAME, port: portOf(ROUTE_NAME) } }
          : {}),
        links: options.engineLinks,
        volumes: options.volumes,
      }),
    };
  }
  await copyTestCluster(join(volume?.window ?? dataDir, SINGLE_FOLDER));
  const postgres = await preparePostgres({
    dataDir: join(volume?.folder ?? dataDir, SINGLE_FOLDER),
    port: portOf('postgres'),
    quick,
    volume,
  });
  return { ...none, postgres };
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
  { postgres, databaseCluster }: Engines,
  url: string | undefined,
  onNotice: (text: string) => void = () => undefined,
): Promise<string> {
  if (databaseCluster) return startCluster(databaseCluster, onNotice);
  if (!postgres) return checkDatabase(url ?? '');
  await postgres.start();
  return ensureDatabase(postgres, DATABASE_NAME);
}

async function startCluster(
  cluster: PostgresCluster,
  onNotice: (text: string) => void,
): Promise<string> {
  if (!(await cluster.start()))
    onNotice('A standby of PostgreSQL is not ready yet; payments are accepted meanwhile.');
  return ensureDatabase(cluster, DATABASE_NAME);
}

/** Starts or checks Redis. @returns its address, once it answers. @throws StartError */
export async function startRedis(
  { redis, redisGroup }: Engines,
  url: string | undefined,
): Promise<string> {
  if (redisGroup) {
    await redisGroup.start();
    return redisGroup.address;
  }
  if (!redis) return checkRedis(url ?? '');
  await redis.start();
  return redis.address;
}
