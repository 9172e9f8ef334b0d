/** A replicated PostgreSQL of a test's own: three real nodes and etcd on free ports. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../local/processes/ports.js';
import {
  preparePostgresCluster,
  type PostgresClusterOptions,
  type PostgresCluster,
} from '../../local/engines/postgres-cluster.js';
import { keepLine, keepSecret, keepSource } from './log-evidence.js';

export interface TestCluster {
  cluster: PostgresCluster;
  folder: string;
  /** Kills everything and deletes the data. */
  remove(): Promise<void>;
}

const NUMBERS = [1, 2, 3];

/** Prepares and starts the cluster. Its processes restart after a crash. */
export async function startTestCluster(
  options: Partial<PostgresClusterOptions> = {},
): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-standby-'));
  const nodes = NUMBERS.map(async (number) => ({
    name: `postgres_${number}`,
    port: await freePort(),
    restPort: await freePort(),
  }));
  const etcd = NUMBERS.map(async (number) => ({
    name: `etcd_${number}`,
    port: await freePort(),
    peerPort: await freePort(),
  }));
  const cluster = await preparePostgresCluster({
    folder,
    nodes: await Promise.all(nodes),
    etcd: await Promise.all(etcd),
    quick: true,
    ...options,
  });
  for (const process of cluster.processes) {
    process.supervised = true;
    keepSource(process.name);
    process.on('line', (line) => keepLine(process.name, line));
  }
  const remove = async (): Promise<void> => {
    await cluster.end();
    rmSync(folder, { recursive: true, force: true });
  };
  const secrets = JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8')) as object;
  for (const [name, value] of Object.entries(secrets))
    keepSecret(`password ${name} of the replicated PostgreSQL`, String(value));
  try {
    await cluster.start();
    return { cluster, folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
