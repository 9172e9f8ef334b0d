/**
 * `relevo restore`: restores an archive into an empty database. Exit codes: 0 restored, 1 refused
 * (a damaged archive, a database with content, a running system), 3 the database is unreachable,
 * 130 interrupted. Without 0, nothing was restored.
 */
import { openArchive, type Archive } from '../../local/backup/read-archive.js';
import { restoreInto, splitMigrations } from '../../local/backup/restore.js';
import { withTarget } from '../../local/backup/open-database.js';
import { resolveForCaller } from '../../local/caller-path.js';
import { startHint } from '../../local/command-hint.js';
import type { RecordMode } from '../../local/plan.js';
import { answer, command, flag, type Context } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { formatRestore, toBackupDocument, type RestoreDocument } from './backup-text.js';

const toPercent = (share: number): string => `${Math.floor(share * 100)} %`;

/** Checks the archive before it touches the database. */
async function openChecked(file: string, context: Context): Promise<Archive> {
  const { interruption: signal, terminal } = context;
  const archive = await openArchive(file, {
    signal,
    onChecked: (share) => terminal.progress(`Checking the archive: ${toPercent(share)} …`),
  });
  try {
    splitMigrations(archive.manifest);
    return archive;
  } catch (error) {
    archive.close();
    throw error;
  }
}

async function restoreArchive(
  archive: Archive,
  mode: RecordMode,
  context: Context,
): Promise<string[]> {
  const { config, interruption: signal, terminal } = context;
  const onProgress = (text: string): void => terminal.progress(text);
  const { laterMigrations } = await withTarget(
    { ...config, mode, signal, onProgress },
    (databaseUrl) => restoreInto(databaseUrl, archive, { signal, onProgress }),
  );
  return laterMigrations;
}

export const restoreCommand = command({
  command: 'restore <file>',
  describe: 'Restore an archive into an empty database',
  group: 'The system',
  details:
    'The system must be stopped. Uses DATABASE_URL; default: the PostgreSQL of the data folder, which is created. All rows are read back and compared. An interrupted restore leaves nothing.',
  positionals: { file: { required: true, doc: 'An archive of `relevo backup`' } },
  options: {
    check: flag('Only check the archive'),
    standby: flag('Into a new PostgreSQL with standbys'),
  },
  examples: [
    ['relevo restore friday.zip', 'into a new data folder'],
    ['relevo restore friday.zip --check', 'whether it is complete and unchanged'],
  ],
  async run(args, context) {
    const { env, terminal } = context;
    const file = resolveForCaller(args.file, env);
    const begun = performance.now();
    const archive = await openChecked(file, context);
    try {
      const laterMigrations = args.check
        ? []
        : await restoreArchive(archive, args.standby ? 'cluster' : 'single', context);
      terminal.progress('');
      const tookMs = Math.round(performance.now() - begun);
      const document: RestoreDocument = {
        ...toBackupDocument(file, archive, tookMs),
        restored: !args.check,
        laterMigrations,
      };
      const start = `\`${startHint(`npm start${args.standby ? ' -- --standby' : ''}`, env)}\` starts Relevo with these data.`;
      answer(context, args.json, document, () => formatRestore(document, start));
      return EXIT.done;
    } finally {
      archive.close();
    }
  },
});
