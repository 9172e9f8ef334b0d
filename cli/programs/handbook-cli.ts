/** `relevo handbook`: updates the help of all commands in docs/cli.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runMain } from '../../local/errors.js';
import { ROOT } from '../../local/root.js';
import { COMMANDS } from '../commands/index.js';
import { HANDBOOK, getUndocumented, updateHelp } from './handbook.js';

runMain(async () => {
  const file = join(ROOT, HANDBOOK);
  const before = readFileSync(file, 'utf8');
  const after = updateHelp(before, COMMANDS);
  writeFileSync(file, after);
  const missing = getUndocumented(after, COMMANDS);
  process.stdout.write(
    `${HANDBOOK} ${before === after ? 'is up to date' : 'was updated'}.${missing.length > 0 ? ` It has no block for ${missing.join(', ')}.` : ''}\n`,
  );
  return missing.length > 0 ? 1 : 0;
});
