/** The texts of `relevo backup`, `relevo restore` and `relevo move`. Pure. */
import { countRows, type Manifest } from '../../local/backup/manifest.js';
import type { MoveResult } from '../../local/backup/move.js';
import type { RecordMode } from '../../local/plan.js';
import { count, pluralize, readableTime } from '../../shared/format.js';
import { formatDuration } from '../output/format-time.js';
import { formatTable } from '../output/table.js';

/** `relevo-20261129-064511.zip`, in UTC. */
export const toFileName = (at: Date): string =>
  `relevo-${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}.zip`;

const formatSize = (bytes: number): string =>
  bytes < 1_000_000 ? `${count(Math.ceil(bytes / 1_000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

interface ArchiveDocument {
  file: string;
  bytes: number;
  /** ISO 8601. */
  snapshotAt: string;
  postgres: string;
  rows: number;
  tables: { name: string; rows: number; sha256: string }[];
  tookMs: number;
}

export const toBackupDocument = (
  file: string,
  { bytes, manifest }: { bytes: number; manifest: Manifest },
  tookMs: number,
): ArchiveDocument => ({
  file,
  bytes,
  snapshotAt: manifest.snapshotAt,
  postgres: manifest.postgres,
  rows: countRows(manifest),
  tables: manifest.tables.map(({ name, rows, sha256 }) => ({ name, rows, sha256 })),
  tookMs,
});

const formatTables = ({ tables }: Pick<ArchiveDocument, 'tables'>): string[] =>
  formatTable(
    ['table', 'rows'],
    tables.filter(({ rows }) => rows > 0).map(({ name, rows }) => [name, count(rows)]),
  );

export const formatBackup = (document: ArchiveDocument): string =>
  [
    ...formatTables(document),
    '',
    `${pluralize(document.rows, 'row')} of ${readableTime(document.snapshotAt)} are in ${document.file} (${formatSize(document.bytes)}), after ${formatDuration(document.tookMs)}.`,
    'It has the data of patients: keep it as safe as the database.',
  ].join('\n');

export interface RestoreDocument extends ArchiveDocument {
  /** False when the archive was only checked. */
  restored: boolean;
  /** The migrations of this checkout that are newer than the archive. */
  laterMigrations: string[];
}

export function formatRestore(document: RestoreDocument, start: string): string {
  const { restored, rows, snapshotAt, tookMs, laterMigrations } = document;
  const size = `${pluralize(rows, 'row')} of ${readableTime(snapshotAt)}`;
  if (!restored)
    return [
      ...formatTables(document),
      '',
      `The archive is complete: ${size}, from PostgreSQL ${document.postgres}. Nothing was restored.`,
    ].join('\n');
  return [
    ...formatTables(document),
    '',
    `Restored and read back: ${size}, after ${formatDuration(tookMs)}.`,
    ...(laterMigrations.length > 0
      ? [`Then ${pluralize(laterMigrations.length, 'newer migration')} of this version ran.`]
      : []),
    start,
  ].join('\n');
}

interface MoveDocument {
  moved: true;
  rows: number;
  tables: ArchiveDocument['tables'];
  /** The folder with the old data. */
  keptAt: string;
  tookMs: number;
}

export const toMoveDocument = ({ tables, keptAt }: MoveResult, tookMs: number): MoveDocument => ({
  moved: true,
  rows: countRows({ tables }),
  tables: tables.map(({ name, rows, sha256 }) => ({ name, rows, sha256 })),
  keptAt,
  tookMs,
});

const MODE_NAMES: Readonly<Record<RecordMode, string>> = {
  single: 'the single PostgreSQL',
  cluster: 'the PostgreSQL with standbys',
};

export const formatMovePlan = (from: RecordMode, to: RecordMode, dataDir: string): string =>
  [
    `Moves the data in ${dataDir} from ${MODE_NAMES[from]} into ${MODE_NAMES[to]}:`,
    '  1. Start both, copy all rows in one transaction, and read them back.',
    '  2. Compare the number and the checksum of the rows of every table in both.',
    '  3. Rename the old folder. It is kept, and nothing in it was changed.',
    'An interruption before the last step leaves the data where they are.',
  ].join('\n');

export const formatMoved = (document: MoveDocument, start: string): string =>
  [
    ...formatTables(document),
    '',
    `Moved ${pluralize(document.rows, 'row')}, equal in both servers, after ${formatDuration(document.tookMs)}.`,
    `The old data are kept in ${document.keptAt}.`,
    `\`${start}\` starts Relevo with the new server.`,
  ].join('\n');
