/**
 * Moves the data of a stopped installation from the single PostgreSQL into the cluster, or back.
 * The new server is filled beside the old one, in a folder of its own. Only when all rows are equal
 * in both, the new folder gets its name and the old one is renamed. The old data are never changed.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalConfig } from '../config.js';
import { CLUSTER_FOLDER } from '../engines/cluster-folder.js';
import { findRecordMode, SINGLE_FOLDER } from '../engines/record-mode.js';
import type { RecordMode } from '../plan.js';
import { backUp, type CopyOptions } from './backup.js';
import { findDifferences, type TableEntry } from './manifest.js';
import { measureDatabase } from './measure-database.js';
import { withInstallation, refuseRunning } from './open-database.js';
import { withOwnDatabase } from './own-database.js';
import { openArchive } from './read-archive.js';
import { CopyRefusal } from './refusal.js';
import { restoreInto } from './restore.js';

export interface MoveOptions
  extends Pick<LocalConfig, 'dataDir' | 'databaseUrl' | 'portOffset'>, CopyOptions {
  to: RecordMode;
}

export interface MoveResult {
  /** The tables, equal in both. */
  tables: TableEntry[];
  /** The folder with the old data. */
  keptAt: string;
}

/** The new server is made here. */
const MAKING_FOLDER = 'moving';
const FOLDERS: Readonly<Record<RecordMode, string>> = {
  single: SINGLE_FOLDER,
  cluster: CLUSTER_FOLDER,
};

const describe = (mode: RecordMode): string =>
  mode === 'cluster' ? 'the PostgreSQL with standbys' : 'the single PostgreSQL';

/** The mode of the data to move. @throws CopyRefusal, StartError */
export function checkMove({ dataDir, databaseUrl, to }: MoveOptions): RecordMode {
  if (databaseUrl !== undefined)
    throw new CopyRefusal(
      'IN_USE',
      'DATABASE_URL names a PostgreSQL of yours. Unset it to move the data of the data folder, or use `relevo backup` and `relevo restore`.',
    );
  refuseRunning(dataDir, 'A move');
  const from = findRecordMode(dataDir);
  if (from === null) throw new CopyRefusal('NO_DATA', `There are no data of Relevo in ${dataDir}.`);
  if (from === to)
    throw new CopyRefusal('NO_DATA', `The data are in ${describe(to)} already; nothing was moved.`);
  return from;
}

async function compare(
  sourceUrl: string,
  targetUrl: string,
  options: CopyOptions,
): Promise<TableEntry[]> {
  const before = await measureDatabase(sourceUrl, options);
  const after = await measureDatabase(targetUrl, options);
  const different = findDifferences(before, after);
  if (different.length === 0) return after;
  throw new CopyRefusal(
    'NOT_EQUAL',
    `The rows differ in ${different.join(', ')}; the data stay where they are.`,
  );
}

/** Copies through an archive. @returns the tables, equal in both. */
async function copyAcross(
  sourceUrl: string,
  targetUrl: string,
  file: string,
  options: MoveOptions,
): Promise<TableEntry[]> {
  await backUp(sourceUrl, file, options);
  const archive = await openArchive(file, options);
  try {
    const { laterMigrations } = await restoreInto(targetUrl, archive, options);
    if (laterMigrations.length > 0)
      throw new CopyRefusal(
        'NOT_EQUAL',
        'The data are of an older version of Relevo. Start this version with them once, stop it, and repeat the move.',
      );
  } finally {
    archive.close();
  }
  return compare(sourceUrl, targetUrl, options);
}

const toNote = (to: RecordMode, at: Date): string =>
  `These are the data of Relevo from before its move into ${describe(to)} on ${at.toISOString()}.\nNothing uses them. Delete the folder when you are sure that you do not need it.\n`;

/**
 * First the new name: a crash between the two leaves both folders, and no start accepts that.
 * @returns the folder with the old data.
 */
async function exchange(dataDir: string, from: RecordMode, to: RecordMode): Promise<string> {
  const at = new Date();
  const time = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const keptAt = join(dataDir, `${FOLDERS[from]}.moved-${time}`);
  await writeFile(`${keptAt}.txt`, toNote(to, at), { mode: 0o600 });
  await rename(join(dataDir, MAKING_FOLDER, FOLDERS[to]), join(dataDir, FOLDERS[to]));
  await rename(join(dataDir, FOLDERS[from]), keptAt);
  return keptAt;
}

/** @throws CopyRefusal, StartError, the reason of the signal; then the data are as before. */
export async function moveData(options: MoveOptions): Promise<MoveResult> {
  const { dataDir, to, signal } = options;
  const from = checkMove(options);
  const making = join(dataDir, MAKING_FOLDER);
  return withInstallation(dataDir, async () => {
    try {
      // Of a move that was killed.
      await rm(making, { recursive: true, force: true });
      await mkdir(making, { mode: 0o700 });
      const tables = await withOwnDatabase({ ...options, mode: from }, (sourceUrl) =>
        withOwnDatabase({ ...options, dataDir: making, mode: to }, (targetUrl) =>
          copyAcross(sourceUrl, targetUrl, join(making, 'data.zip'), options),
        ),
      );
      signal.throwIfAborted();
      return { tables, keptAt: await exchange(dataDir, from, to) };
    } finally {
      await rm(making, { recursive: true, force: true });
    }
  });
}
