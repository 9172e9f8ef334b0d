/** A replicated PostgreSQL of a test's own: three real nodes and etcd on free ports. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageLinks, storagePaths } from '../../experiments/network/storage-links.js';
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
  /** Proxies between its members; null: none. */
  links: StorageLinks | null;
  /** Kills everything and deletes the data. */
  remove(): Promise<void>;
}

const NUMBERS = [1, 2, 3];

/** Prepares and starts the cluster. Its processes restart after a crash. */
export async function startTestCluster({
  withLinks = false,
  ...options
}: Partial<PostgresClusterOptions> & { withLinks?: boolean } = {}): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-standby-'));
  const nodePlaces = NUMBERS.map(async (number) => ({
    name: `postgres_${number}`,
    port: await freePort(),
    restPort: await freePort(),
  }));
  const etcdPlaces = NUMBERS.map(async (number) => ({
    name: `etcd_${number}`,
    port: await freePort(),
    peerPort: await freePort(),
  }));
  const [nodes, etcd] = [await Promise.all(nodePlaces), await Promise.all(etcdPlaces)];
  const links = withLinks ? new StorageLinks(storagePaths({ record: 'cluster' })) : null;
  const ports = new Map([
    ...[...nodes, ...etcd].map(({ name, port }) => [name, port] as const),
    ...nodes.map(({ name, restPort }) => [name.replace('postgres', 'patroni'), restPort] as const),
  ]);
  await links?.open((name) => ports.get(name) ?? 0);
  const cluster = await preparePostgresCluster({
    folder,
    nodes,
    etcd,
    quick: true,
    ...(links ? { links } : {}),
    ...options,
  });
  for (const process of cluster.processes) {
    process.supervised = true;
    keepSource(process.name);
    process.on('line', (line) => keepLine(process.name, line));
  }
  const remove = async (): Promise<void> => {
    await cluster.end();
    await links?.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const secrets = JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8')) as object;
  for (const [name, value] of Object.entries(secrets))
    keepSecret(`password ${name} of the replicated PostgreSQL`, String(value));
  try {
    await cluster.start();
    return { cluster, folder, links, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
