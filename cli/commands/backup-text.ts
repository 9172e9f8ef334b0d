/** The answers of `relevo backup` and `relevo restore`, and the usual name of an archive. Pure. */
import { countRows, type Manifest } from '../../local/backup/manifest.js';
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

const formatTables = ({ tables }: ArchiveDocument): string[] =>
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
