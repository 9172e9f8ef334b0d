/**
 * Finds the database of an installation for a command: DATABASE_URL, or else our own PostgreSQL.
 * When the system does not run, starts our PostgreSQL and locks the installation, so that no `npm
 * start` begins meanwhile.
 */
import { lookHint } from '../command-hint.js';
import type { LocalConfig } from '../config.js';
import { checkDatabase } from '../engines/engines.js';
import { checkRecordMode, findRecordMode } from '../engines/record-mode.js';
import { lockInstallation, readRunning } from '../installation.js';
import type { RecordMode } from '../plan.js';
import type { CopyOptions } from './backup.js';
import { withOwnDatabase } from './own-database.js';
import { CopyRefusal } from './refusal.js';

type OpenOptions = Pick<LocalConfig, 'dataDir' | 'databaseUrl' | 'portOffset'> & CopyOptions;

/** Runs the work while no `npm start` can begin. @throws StartError */
export async function withInstallation<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const lock = lockInstallation(dataDir);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** @throws CopyRefusal IN_USE */
export function refuseRunning(dataDir: string, needs: string): void {
  const running = readRunning(dataDir);
  if (running)
    throw new CopyRefusal(
      'IN_USE',
      `Relevo is running (pid ${running.pid}); \`${lookHint('npm stop', process.env)}\` stops it. ${needs} needs a stopped system.`,
    );
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
  const mode = findRecordMode(dataDir);
  if (mode === null) throw new CopyRefusal('NO_DATA', `There are no data of Relevo in ${dataDir}.`);
  return withInstallation(dataDir, () => withOwnDatabase({ ...options, mode }, work));
}

/**
 * Runs the work with the database that a restore fills: that of DATABASE_URL, or our own one, which
 * is created when it is missing.
 * @throws StartError, CopyRefusal IN_USE while the system runs.
 */
export async function withTarget<T>(
  options: OpenOptions & { mode: RecordMode },
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const { dataDir, databaseUrl, mode } = options;
  if (databaseUrl !== undefined) return work(await checkDatabase(databaseUrl));
  refuseRunning(dataDir, 'A restore');
  checkRecordMode(dataDir, mode);
  return withInstallation(dataDir, () => withOwnDatabase({ ...options, mode }, work));
}
