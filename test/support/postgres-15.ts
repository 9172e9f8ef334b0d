/** A PostgreSQL 15 of Debian on a free port, beside the one of the tests. */
import { join } from 'node:path';
import pg from 'pg';
import { findAccount } from '../../local/engines/account.js';
import { freePort } from '../../local/processes/ports.js';
import { ManagedProcess } from '../../local/processes/processes.js';
import { runToEnd } from '../../local/processes/run-to-end.js';

const BIN = '/usr/lib/postgresql/15/bin';
/** The program; it may be missing. */
export const POSTGRES_15 = join(BIN, 'postgres');

export interface OtherPostgres {
  /** @param spec its name, and options of CREATE DATABASE. @returns its address. */
  createDatabase(spec: string): Promise<string>;
  stop(): Promise<void>;
}

async function run(url: string, text: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(text);
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Creates a cluster in the folder, which the caller deletes, and starts it. */
export async function startPostgres15(folder: string): Promise<OtherPostgres> {
  const account = await findAccount(POSTGRES_15, '--version');
  if (typeof account === 'string') throw new Error(account);
  account.own(folder);
  const data = join(folder, 'data');
  const initdb = [join(BIN, 'initdb'), '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8'];
  const made = await runToEnd([...account.before, ...initdb, '--locale=C.UTF-8']);
  if (made.code !== 0) throw new Error(made.output);
  const port = await freePort();
  const toUrl = (name: string): string => `postgresql://postgres@127.0.0.1:${port}/${name}`;
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  const server = new ManagedProcess({
    name: 'postgres-15',
    kind: 'postgres',
    port,
    url: `127.0.0.1:${port}`,
    before: account.before,
    command: [
      POSTGRES_15,
      '-D',
      data,
      '-p',
      String(port),
      ...settings.flatMap((each) => ['-c', each]),
    ],
    deathSignal: 'INT',
    tree: true,
    ready: () => run(toUrl('postgres'), 'SELECT 1'),
    readyDeadlineMs: 60_000,
    stopSignal: 'SIGINT',
    stopDeadlineMs: 15_000,
  });
  await server.start();
  return {
    createDatabase: async (spec) => {
      if (!(await run(toUrl('postgres'), `CREATE DATABASE ${spec}`)))
        throw new Error(`cannot create the database ${spec}`);
      return toUrl(spec.split(' ')[0] ?? '');
    },
    stop: () => server.stop(),
  };
}
