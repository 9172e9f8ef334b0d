/**
 * Writes a file that appears under its name only when it is complete and on disk. Never replaces a
 * file. Only its owner may read it.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, link, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CopyRefusal } from './refusal.js';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

const refuseExisting = (path: string): CopyRefusal =>
  new CopyRefusal('FILE_EXISTS', `${path} exists already; a backup never replaces a file.`);

const isThere = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** File systems without hard links: there, another program may create the file in between. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** @throws CopyRefusal FILE_EXISTS */
async function publish(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'EEXIST' || (await isThere(path))) throw refuseExisting(path);
    if (!NO_LINKS.includes(code)) throw error;
    await rename(temporary, path);
  }
}

/** @throws CopyRefusal FILE_EXISTS, FILE_UNREADABLE */
async function prepare(path: string): Promise<string> {
  if (await isThere(path)) throw refuseExisting(path);
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(4).toString('hex')}.partial`);
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    return temporary;
  } catch (error) {
    throw new CopyRefusal(
      'FILE_UNREADABLE',
      `${folder} cannot be created: ${(error as Error).message}.`,
    );
  }
}

const openNew = (temporary: string): Promise<FileHandle> =>
  open(temporary, 'wx', FILE_MODE).catch((error: Error) => {
    throw new CopyRefusal('FILE_UNREADABLE', `The backup cannot be written: ${error.message}.`);
  });

/**
 * Creates the file with the content that `write` writes. Leaves nothing when `write` fails.
 * @throws CopyRefusal FILE_EXISTS, FILE_UNREADABLE; every error of `write`.
 */
export async function writeNewFile<T>(
  path: string,
  write: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const temporary = await prepare(path);
  const handle = await openNew(temporary);
  try {
    const result = await write(handle);
    await handle.sync();
    await publish(temporary, path);
    return result;
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
    await syncFolder(dirname(path)).catch(() => undefined);
  }
}
