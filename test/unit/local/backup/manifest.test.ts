/** The comparison of tables, and the texts of the commands. */
import {
  formatBackup,
  toBackupDocument,
  toFileName,
} from '../../../../cli/commands/backup-text.js';
import { resolveForCaller } from '../../../../local/caller-path.js';
import {
  findDifferences,
  type Manifest,
  type TableEntry,
} from '../../../../local/backup/manifest.js';

const table = (name: string, rest: Partial<TableEntry> = {}): TableEntry => ({
  name,
  columns: ['id'],
  rows: 1,
  bytes: 2,
  sha256: 'a'.repeat(64),
  ...rest,
});

test('names the tables that differ in rows or checksum, or that one side lacks', () => {
  const before = [table('same'), table('rows'), table('sum'), table('gone')];
  const after = [
    table('same'),
    table('rows', { rows: 2 }),
    table('sum', { sha256: 'b'.repeat(64) }),
    table('new'),
  ];
  expect(findDifferences(before, after)).toEqual(['rows', 'sum', 'gone', 'new']);
  expect(findDifferences(before, before)).toEqual([]);
});

test('the answer names rows, snapshot, file and size, and no empty table', () => {
  const manifest: Manifest = {
    format: 1,
    relevo: '0.1.0',
    postgres: '18.4',
    snapshotAt: '2026-11-29T06:45:11.123Z',
    migrations: [],
    tables: [table('payment', { rows: 1_234_567 }), table('vote', { rows: 0 })],
    sequences: [],
  };
  const text = formatBackup(
    toBackupDocument('/backups/a.zip', { bytes: 12_345_678, manifest }, 4_200),
  );
  expect(text).toContain(
    '1,234,567 rows of 2026-11-29 06:45:11 UTC are in /backups/a.zip (12.3 MB)',
  );
  expect(text).not.toContain('vote');
});

test('the usual name of an archive sorts by time', () => {
  expect(toFileName(new Date('2026-11-29T06:45:11.123Z'))).toBe('relevo-20261129-064511.zip');
});

test.each([
  ['file.zip', { INIT_CWD: '/home/a', PWD: '/checkout' }, '/home/a/file.zip'],
  ['../file.zip', { PWD: '/home/a' }, '/home/file.zip'],
  ['/mnt/file.zip', { PWD: '/home/a' }, '/mnt/file.zip'],
])('the path %s of a user with %j is %s', (path, env, resolved) =>
  expect(resolveForCaller(path, env)).toBe(resolved),
);
