/** A primary and a streaming standby of its own, from the embedded PostgreSQL. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyFolder } from '../../local/copy-folder.js';
import { DATABASE_NAME } from '../../local/engines/engines.js';
import { preparePostgres, type PostgresServer } from '../../local/engines/postgres.js';
import { freePort } from '../../local/processes/ports.js';
import { connectOnce } from '../../shared/postgres/hosts/follow.js';

export interface Pair {
  /** Holds the data: `a` of the primary, `b` of the standby. */
  folder: string;
  primary: PostgresServer;
  standby: PostgresServer;
  /** The address of both, for a client that follows the primary. */
  url: string;
  /** Ends both servers and deletes their data. */
  remove(): Promise<void>;
}

/** Runs one statement on one server. @returns the first column of the first row. */
export async function ask(server: PostgresServer, sql: string): Promise<unknown> {
  const client = await connectOnce(server.toUrl(DATABASE_NAME));
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

/** Makes the server a standby of `from` at its next start. */
export function makeStandby(folder: string): void {
  writeFileSync(join(folder, 'standby.signal'), '');
}

/** Starts both servers on copies of the cluster of the test run, which has the tables of Relevo. */
export async function startPair(): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-pair-'));
  const cluster = process.env['TEST_CLUSTER'];
  if (!cluster) throw new Error('TEST_CLUSTER is not set: run the tests with `npm test`');
  const folders = { primary: join(folder, 'a'), standby: join(folder, 'b') };
  await copyFolder(cluster, folders.primary);
  await copyFolder(cluster, folders.standby);
  const ports = { primary: await freePort(), standby: await freePort() };
  const primary = await preparePostgres({
    dataDir: folders.primary,
    port: ports.primary,
    quick: true,
  });
  const source = new URL(primary.toUrl('postgres'));
  makeStandby(folders.standby);
  const standby = await preparePostgres({
    dataDir: folders.standby,
    port: ports.standby,
    quick: true,
    settings: {
      // At least the value of the primary.
      max_connections: '400',
      primary_conninfo: `host=127.0.0.1 port=${ports.primary} user=${source.username} password=${source.password}`,
    },
  });
  await primary.start();
  await standby.start();
  const url = new URL(primary.toUrl(DATABASE_NAME));
  return {
    folder,
    primary,
    standby,
    url: `postgresql://${url.username}:${url.password}@127.0.0.1:${ports.standby},127.0.0.1:${ports.primary}${url.pathname}?target_session_attrs=read-write`,
    async remove() {
      for (const server of [standby, primary]) {
        server.thaw();
        await server.stop();
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
