/** The archive as a file: read back as written; any change of any byte is found. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import type { Manifest } from '../../../../local/backup/manifest.js';
import { Meter } from '../../../../local/backup/meter.js';
import { openArchive, type Archive } from '../../../../local/backup/read-archive.js';
import { writeArchive } from '../../../../local/backup/write-archive.js';

const folder = mkdtempSync(join(tmpdir(), 'relevo-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const ROWS = Array.from({ length: 30 }, (_, index) => `${index}\tvalue\n`);

const toManifest = (measure: ReturnType<Meter['finishMeasure']>): Manifest => ({
  format: 1,
  relevo: '0.1.0',
  postgres: '18.4',
  snapshotAt: '2026-11-29T06:45:11.123Z',
  migrations: [{ name: '20261121000000_init', checksum: 'a'.repeat(64) }],
  tables: [{ name: 'patient', columns: ['id', 'document'], ...measure }],
  sequences: [{ name: 'payment_seq_seq', lastValue: '12', isCalled: true }],
});

/** @param change what the manifest becomes. */
async function write(name: string, change = (manifest: Manifest): unknown => manifest) {
  const file = join(folder, name);
  const handle = await open(file, 'wx');
  try {
    await writeArchive(handle, async (writer) => {
      const meter = new Meter();
      Readable.from(ROWS.map((row) => Buffer.from(row))).pipe(meter);
      writer.addTable('patient', meter);
      await finished(meter);
      writer.addManifest(change(toManifest(meter.finishMeasure())) as Manifest);
    });
  } finally {
    await handle.close();
  }
  return file;
}

const read = (file: string): Promise<Archive> => openArchive(file, { signal });

test('returns the manifest and the rows as they were written', async () => {
  const archive = await read(await write('good.zip'));
  try {
    expect(archive.manifest).toMatchObject({
      postgres: '18.4',
      tables: [{ name: 'patient', rows: 30, bytes: ROWS.join('').length }],
    });
    expect(await text(await archive.openTable('patient'))).toBe(ROWS.join(''));
    expect(archive.bytes).toBe(readFileSync(join(folder, 'good.zip')).length);
  } finally {
    archive.close();
  }
});

test('refuses every archive with one changed byte, and every shorter one', async () => {
  const bytes = readFileSync(await write('whole.zip'));
  const file = join(folder, 'changed.zip');
  const refuses = async (content: Buffer): Promise<boolean> => {
    writeFileSync(file, content);
    return read(file).then(
      (archive) => (archive.close(), false),
      ({ code }: { code: unknown }) => code === 'ARCHIVE_DAMAGED' || code === 'ARCHIVE_FOREIGN',
    );
  };
  const accepted: string[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x20, at);
    if (!(await refuses(changed))) accepted.push(`changed at ${at}`);
  }
  for (let length = 0; length < bytes.length; length += 7)
    if (!(await refuses(bytes.subarray(0, length)))) accepted.push(`cut at ${length}`);
  expect(accepted).toEqual([]);
  // Control: the unchanged one is accepted.
  expect(await refuses(bytes)).toBe(false);
});

test.each([
  ['of a later format', (manifest: Manifest) => ({ ...manifest, format: 2 }), 'ARCHIVE_NEWER'],
  ['without tables', (manifest: Manifest) => ({ ...manifest, tables: [] }), 'ARCHIVE_DAMAGED'],
  [
    'with a table that it does not hold',
    (manifest: Manifest) => ({
      ...manifest,
      tables: manifest.tables.map((table) => ({ ...table, name: 'payment' })),
    }),
    'ARCHIVE_DAMAGED',
  ],
  [
    'with a name that is a statement',
    (manifest: Manifest) => ({
      ...manifest,
      tables: manifest.tables.map((table) => ({ ...table, name: 'patient; DROP TABLE x' })),
    }),
    'ARCHIVE_DAMAGED',
  ],
])('refuses an archive %s', async (title, change, code) => {
  const file = await write(`${title.replaceAll(' ', '-')}.zip`, change);
  await expect(read(file)).rejects.toMatchObject({ code });
});

test('a failure while the archive is written reaches the caller', async () => {
  const handle = await open(join(folder, 'failed.zip'), 'wx');
  try {
    const failing = writeArchive(handle, async (writer) => {
      writer.addTable('patient', new PassThrough());
      throw new Error('the database is gone');
    });
    await expect(failing).rejects.toThrow('the database is gone');
  } finally {
    await handle.close();
  }
  expect(readdirSync(folder)).toContain('failed.zip');
});
