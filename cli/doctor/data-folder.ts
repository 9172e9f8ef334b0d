/** Checks the data folder: writable, private, and without files of a system that was killed. */
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quoteForShell } from '../../local/command-hint.js';
import { ok, problem, warning, type Check, type Finding } from './finding.js';

export interface FolderFacts {
  path: string;
  /** Why the folder is not writable; null: it is writable. */
  refusal: string | null;
  /** Whether relevo.json exists although Relevo does not run. */
  stale: boolean;
  /** Permission bits of tokens.json; null when the file is missing. */
  tokensMode: number | null;
}

/**
 * The command for a folder that is not writable. It depends on the error: a new owner does not help
 * against a full disk.
 */
function getFix(refusal: string, path: string): string {
  const elsewhere = 'RELEVO_DATA=~/relevo-data npm start';
  if (refusal === 'ENOSPC' || refusal === 'EDQUOT')
    return `du -xh --max-depth=1 ${quoteForShell(path)} | sort -h   or: ${elsewhere}`;
  if (refusal === 'EROFS') return elsewhere;
  return `sudo chown -R "$(id -u)" ${quoteForShell(path)}   or: ${elsewhere}`;
}

export function judgeFolder({ path, refusal, stale, tokensMode }: FolderFacts): Finding[] {
  const readable = tokensMode !== null && (tokensMode & 0o077) !== 0;
  return [
    refusal === null
      ? ok('data folder', path)
      : problem('data folder', `${path} cannot be written (${refusal}).`, getFix(refusal, path)),
    ...(stale
      ? [
          warning(
            'relevo.json',
            'A killed system left this file; the next start replaces it.',
            `rm ${quoteForShell(join(path, 'relevo.json'))}`,
          ),
        ]
      : []),
    ...(readable
      ? [
          problem(
            'tokens.json',
            'Other users of this machine can read the tokens.',
            `chmod 600 ${quoteForShell(join(path, 'tokens.json'))}`,
          ),
        ]
      : []),
  ];
}

/**
 * Writes and removes a file. For a missing folder, checks the folder in which it would be created.
 */
function tryWrite(path: string): string | null {
  try {
    if (!existsSync(path)) {
      let above = dirname(path);
      while (!existsSync(above)) above = dirname(above);
      accessSync(above, constants.W_OK | constants.X_OK);
      return null;
    }
    const file = join(path, `.doctor-${randomBytes(4).toString('hex')}`);
    writeFileSync(file, 'x', { flag: 'wx' });
    rmSync(file);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  }
}

export const dataFolderCheck: Check = {
  name: 'data folder',
  async look({ config: { dataDir }, running }) {
    const tokens = join(dataDir, 'tokens.json');
    return judgeFolder({
      path: dataDir,
      refusal: tryWrite(dataDir),
      stale: running === null && existsSync(join(dataDir, 'relevo.json')),
      tokensMode: existsSync(tokens) ? statSync(tokens).mode & 0o777 : null,
    });
  },
};
