/**
 * Finds the database of an installation for a command: DATABASE_URL, or else our own PostgreSQL.
 * When the system does not run, starts our PostgreSQL on a free port and locks the installation, so
 * that no `npm start` begins meanwhile.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lookHint } from '../command-hint.js';
import type { LocalConfig } from '../config.js';
import { checkDatabase, DATABASE_NAME } from '../engines/engines.js';
import { ensureDatabase, preparePostgres } from '../engines/postgres.js';
import { lockInstallation, readRunning } from '../installation.js';
import { freePort } from '../processes/ports.js';
import type { CopyOptions } from './backup.js';
import { CopyRefusal } from './refusal.js';

type OpenOptions = Pick<LocalConfig, 'dataDir' | 'databaseUrl'> & Pick<CopyOptions, 'onProgress'>;

/** The folder of our own PostgreSQL. */
const toPostgresFolder = (dataDir: string): string => join(dataDir, 'postgres');

const hasData = (dataDir: string): boolean =>
  existsSync(join(toPostgresFolder(dataDir), 'PG_VERSION'));

/** Runs the work with our PostgreSQL, which is stopped afterwards. */
async function withOwnPostgres<T>(
  { dataDir, onProgress }: OpenOptions,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const lock = lockInstallation(dataDir);
  try {
    onProgress('Starting PostgreSQL …');
    const server = await preparePostgres({
      dataDir: toPostgresFolder(dataDir),
      port: await freePort(),
    });
    try {
      await server.start();
      return await work(await ensureDatabase(server, DATABASE_NAME));
    } finally {
      await server.stop();
    }
  } finally {
    lock.release();
  }
}

/**
 * Runs the work with a database that has data: that of DATABASE_URL, of the running system, or of
 * the stopped one.
 * @throws StartError, CopyRefusal NO_DATA
 */
export async function withSource<T>(
  options: OpenOptions,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const { dataDir, databaseUrl } = options;
  if (databaseUrl !== undefined) return work(await checkDatabase(databaseUrl));
  const running = readRunning(dataDir);
  if (running?.system) return work(running.system.databaseUrl);
  if (running)
    throw new CopyRefusal('IN_USE', 'Relevo is starting or stopping; retry after a few seconds.');
  if (!hasData(dataDir))
    throw new CopyRefusal('NO_DATA', `There are no data of Relevo in ${dataDir}.`);
  return withOwnPostgres(options, work);
}

/**
 * Runs the work with the database that a restore fills: that of DATABASE_URL, or our own one, which
 * is created when it is missing.
 * @throws StartError, CopyRefusal IN_USE while the system runs.
 */
export async function withTarget<T>(
  options: OpenOptions,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const { dataDir, databaseUrl } = options;
  if (databaseUrl !== undefined) return work(await checkDatabase(databaseUrl));
  const running = readRunning(dataDir);
  if (running)
    throw new CopyRefusal(
      'IN_USE',
      `Relevo is running (pid ${running.pid}); \`${lookHint('npm stop', process.env)}\` stops it. A restore needs a stopped system.`,
    );
  return withOwnPostgres(options, work);
}
