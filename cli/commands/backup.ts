/**
 * `relevo backup`: copies all data into an archive, also while the system runs. Exit codes: 0
 * written, 1 refused (the file exists, there are no data), 3 the database is unreachable, 130
 * interrupted: then no file is left.
 */
import { join } from 'node:path';
import { backUp } from '../../local/backup/backup.js';
import { withSource } from '../../local/backup/open-database.js';
import { resolveForCaller } from '../../local/caller-path.js';
import { answer, command, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { formatBackup, toBackupDocument, toFileName } from './backup-text.js';

/** In the data folder, which only its owner may read. */
const usualFile = ({ config, now }: Context): string =>
  join(config.dataDir, 'backups', toFileName(now()));

export const backup = command({
  command: 'backup [file]',
  describe: 'Copy all data into an archive, also while the system runs',
  group: 'The system',
  details:
    'The archive is a snapshot: payments continue, and those that are accepted later are not in it. It has the data of patients; only its owner may read it. Sessions, tokens and the ledger of the gateway are not in it (docs/storage.md).',
  positionals: { file: { doc: 'New file. Default: in backups/ of the data folder' } },
  options: {},
  examples: [['relevo backup /mnt/usb/friday.zip', 'a snapshot on another disk']],
  async run(args, context) {
    const { config, env, interruption: signal, terminal } = context;
    const file = args.file === null ? usualFile(context) : resolveForCaller(args.file, env);
    const begun = performance.now();
    const onProgress = (text: string): void => terminal.progress(text);
    const made = await withSource({ ...config, signal, onProgress }, (databaseUrl) =>
      backUp(databaseUrl, file, { signal, onProgress }),
    );
    terminal.progress('');
    const tookMs = Math.round(performance.now() - begun);
    const document = toBackupDocument(file, made, tookMs);
    answer(context, args.json, document, () => formatBackup(document));
    return EXIT.done;
  },
});
