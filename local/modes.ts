/**
 * Makes an installation readable by its owner only. Folders get mode 700 and files mode 600; each
 * start corrects the wider modes of earlier versions.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/**
 * Never fails: the start must not fail because a file has another owner or was deleted. `relevo
 * doctor` reports wide modes.
 */
function removeOtherAccess(path: string): void {
  try {
    const found = lstatSync(path);
    if (found.isDirectory() && (found.mode & 0o077) !== 0) chmodSync(path, FOLDER_MODE);
    if (found.isFile() && (found.mode & 0o177) !== 0) chmodSync(path, FILE_MODE);
  } catch {
    // See above.
  }
}

/**
 * Creates a folder that only its owner can read, and corrects the modes of its files. @throws Error
 * when it cannot be made.
 */
export function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  removeOtherAccess(folder);
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  files.forEach(({ name }) => removeOtherAccess(join(folder, name)));
}
