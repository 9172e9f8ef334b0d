/**
 * Runs work with the PostgreSQL of a data folder while the system does not run: a single server on
 * a free port, or a cluster on the ports that its members know each other by. Stops it afterwards.
 */
import { join } from 'node:path';
import { checkPorts } from '../check-ports.js';
import { CLUSTER_FOLDER } from '../engines/cluster-folder.js';
import { DATABASE_NAME } from '../engines/engines.js';
import { ensureDatabase, preparePostgres } from '../engines/postgres.js';
import { preparePostgresCluster } from '../engines/postgres-cluster.js';
import { SINGLE_FOLDER } from '../engines/record-mode.js';
import { clusterPlaces, enginePlaces, type RecordMode } from '../plan.js';
import { freePort } from '../processes/ports.js';
import type { CopyOptions } from './backup.js';

export interface OwnDatabase extends CopyOptions {
  /** Holds the folder of the server or the cluster; created when missing. */
  dataDir: string;
  mode: RecordMode;
  portOffset: number;
}

interface Engine {
  toUrl(database: string): string;
  start(): Promise<unknown>;
  stop(): Promise<void>;
}

async function prepareSingle({ dataDir }: OwnDatabase): Promise<Engine> {
  return preparePostgres({ dataDir: join(dataDir, SINGLE_FOLDER), port: await freePort() });
}

async function prepareCluster({ dataDir, portOffset }: OwnDatabase): Promise<Engine> {
  const places = enginePlaces({ record: 'cluster' }).filter(({ kind }) => kind !== 'redis');
  await checkPorts(places, portOffset);
  const portOf = (name: string): number =>
    (places.find((place) => place.name === name)?.fixedPort ?? 0) + portOffset;
  return preparePostgresCluster({
    folder: join(dataDir, CLUSTER_FOLDER),
    ...clusterPlaces(portOf),
  });
}

/** @throws StartError; the reason of the signal; every error of the work. */
export async function withOwnDatabase<T>(
  database: OwnDatabase,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const { signal } = database;
  const isCluster = database.mode === 'cluster';
  signal.throwIfAborted();
  database.onProgress(`Starting PostgreSQL${isCluster ? ' with its standbys' : ''} …`);
  const engine = await (isCluster ? prepareCluster(database) : prepareSingle(database));
  try {
    await engine.start();
    return await work(await ensureDatabase(engine, DATABASE_NAME));
  } finally {
    database.onProgress('Stopping PostgreSQL …');
    await engine.stop();
  }
}
