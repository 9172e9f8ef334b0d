/**
 * Who may read an installation: its owner alone. Folders are made with mode 700 and files with mode 600; what an earlier version made
 * wider is narrowed at the next start.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Another owner's file, or one that is gone: the start must not fail for that. `relevo doctor` shows what is too wide. */
function narrow(path: string): void {
  try {
    const found = lstatSync(path);
    if (found.isDirectory() && (found.mode & 0o077) !== 0) chmodSync(path, FOLDER_MODE);
    if (found.isFile() && (found.mode & 0o177) !== 0) chmodSync(path, FILE_MODE);
  } catch {
    // Said above.
  }
}

/** Makes a folder that is ours alone, and narrows the files that lie directly in it. @throws Error when it cannot be made. */
export function makePrivate(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  narrow(folder);
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  files.forEach(({ name }) => narrow(join(folder, name)));
}
