/**
 * Refused and interrupted restores and backups: one sentence and a code, and nothing is written.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { backUp } from '../../../local/backup/backup.js';
import { lockInstallation } from '../../../local/installation.js';
import { migrate, readMigrations } from '../../../local/engines/migrate.js';
import { connectionTo } from '../../../shared/postgres/connection-settings.js';
import { eventually } from '../../support/eventually.js';
import { ranHere } from '../../support/relevo.js';
import { changeArchive } from './changed-archive.js';
import { load, openStage, query, save } from './stage.js';

const stage = openStage();
let source: string;
const good = join(stage.folder, 'good.zip');

beforeAll(async () => {
  source = (await stage.filled()).url;
  await save(source, good);
});
afterAll(() => stage.close());

/** The number of objects in the schema. */
const countContent = async (url: string): Promise<number | undefined> =>
  (
    await query<{ objects: number }>(
      url,
      "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace)::int + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)::int AS objects",
    )
  )[0]?.objects;

const parse = (text: string): { error: { code: string; message: string } } =>
  JSON.parse(text) as { error: { code: string; message: string } };

/** Restores with the command; expects exit code 1, and returns the failure. */
async function refused(file: string, url: string): Promise<{ code: string; message: string }> {
  const { code, out } = await ranHere(['restore', file, '--json'], { DATABASE_URL: url });
  expect(code).toBe(1);
  return parse(out).error;
}

describe('a restore is refused, and nothing is written', () => {
  test('into a database with rows', async () => {
    const { url } = await stage.filled();
    const before = await save(url, join(stage.folder, 'kept.zip'));
    expect(await refused(good, url)).toMatchObject({
      code: 'NOT_EMPTY',
      message: expect.stringMatching(/^The database is not empty: it has \w+\./) as string,
    });
    const after = await save(url, join(stage.folder, 'kept-after.zip'));
    expect(after.manifest.tables).toEqual(before.manifest.tables);
  });

  test.each([
    ['a table', 'CREATE TABLE other (id int)', 'other'],
    ['a function', 'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$SELECT 1$$', 'mine'],
    ['a type', "CREATE TYPE hue AS ENUM ('red')", 'hue'],
  ])('into a database with %s', async (_title, sql, name) => {
    const { url } = await stage.empty();
    await query(url, sql);
    const before = await countContent(url);
    expect((await refused(good, url)).message).toContain(`it has ${name}.`);
    expect(await countContent(url)).toBe(before);
  });

  test('while another program is connected', async () => {
    const { url } = await stage.empty();
    const other = new pg.Client({ ...connectionTo(url), application_name: 'patients_1' });
    await other.connect();
    try {
      expect(await refused(good, url)).toMatchObject({
        code: 'IN_USE',
        message: expect.stringContaining('patients_1 (1)') as string,
      });
    } finally {
      await other.end();
    }
    expect(await countContent(url)).toBe(0);
  });

  test('from an archive of a newer version', async () => {
    const newer = await stage.empty();
    const { url } = await stage.empty();
    const future = { name: '99990101000000_future', sql: 'SELECT 1' };
    await save(source, join(stage.folder, 'now.zip'));
    await migrate(newer.url, [...readMigrations(), future]);
    await expect(save(newer.url, join(stage.folder, 'newer.zip'))).rejects.toThrow(
      /newer version of Relevo/,
    );
    const file = join(stage.folder, 'future.zip');
    await changeArchive(good, file, (manifest) => {
      manifest.migrations.push({ name: future.name, checksum: '0'.repeat(64) });
    });
    expect(await refused(file, url)).toMatchObject({
      code: 'ARCHIVE_NEWER',
      message: expect.stringContaining(future.name) as string,
    });
    expect(await countContent(url)).toBe(0);
  });

  test('from an archive whose rows are not those of its manifest', async () => {
    const { url } = await stage.empty();
    const file = join(stage.folder, 'other-rows.zip');
    await changeArchive(good, file, (manifest) => {
      const table = manifest.tables.find(({ name }) => name === 'charge');
      if (table) table.sha256 = '0'.repeat(64);
    });
    expect(await refused(file, url)).toMatchObject({
      code: 'NOT_EQUAL',
      message: expect.stringContaining('charge') as string,
    });
    expect(await countContent(url)).toBe(0);
  });

  test('from an archive with a reference that leads nowhere', async () => {
    const { url } = await stage.empty();
    const file = join(stage.folder, 'orphans.zip');
    await changeArchive(good, file, () => undefined, ['patient']);
    await expect(load(url, file)).rejects.toThrow(/foreign key/);
    expect(await countContent(url)).toBe(0);
  });

  test.each([
    ['truncated', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1), 'ARCHIVE_DAMAGED'],
    [
      'changed in one byte',
      (bytes: Buffer) => {
        const changed = Buffer.from(bytes);
        const at = Math.floor(bytes.length / 2);
        changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
        return changed;
      },
      'ARCHIVE_DAMAGED',
    ],
    ['foreign', () => Buffer.from('PK\x03\x04 another zip file'), 'ARCHIVE_FOREIGN'],
    ['empty', () => Buffer.alloc(0), 'ARCHIVE_FOREIGN'],
  ])('from a %s file', async (title, change, code) => {
    const { url } = await stage.empty();
    const file = join(stage.folder, `${title.replaceAll(' ', '-')}.zip`);
    writeFileSync(file, change(readFileSync(good)));
    expect((await refused(file, url)).code).toBe(code);
    expect(await countContent(url)).toBe(0);
  });

  test('from a file that does not exist', async () => {
    expect((await refused(join(stage.folder, 'none.zip'), source)).code).toBe('FILE_UNREADABLE');
  });

  test('while the system runs', async () => {
    const dataDir = mkdtempSync(join(stage.folder, 'data-'));
    const lock = lockInstallation(dataDir);
    try {
      const { code, out } = await ranHere(['restore', good, '--json'], { RELEVO_DATA: dataDir });
      expect({ exit: code, ...parse(out).error }).toMatchObject({
        exit: 1,
        code: 'IN_USE',
        message: expect.stringContaining('A restore needs a stopped system') as string,
      });
    } finally {
      lock.release();
    }
    expect(readdirSync(dataDir)).toEqual([]);
  });
});

test.each(['payment:', 'Reading payment back', 'Checking the references'])(
  'a restore that is interrupted at "%s" leaves nothing, and can be repeated',
  async (step) => {
    const { url } = await stage.empty();
    const interruption = new AbortController();
    const onProgress = (text: string): void => {
      if (text.startsWith(step)) interruption.abort(new Error('interrupted'));
    };
    await expect(load(url, good, { signal: interruption.signal, onProgress })).rejects.toThrow(
      'interrupted',
    );
    await eventually(async () => (await countContent(url)) === 0, { what: 'an empty database' });
    await eventually(() => load(url, good), { what: 'a second restore' });
  },
);

describe('a backup is refused', () => {
  const folder = (): string[] => readdirSync(stage.folder).sort();

  test('when the file exists: its content stays', async () => {
    const before = readFileSync(good);
    const { code, out } = await ranHere(['backup', good, '--json'], { DATABASE_URL: source });
    expect({ exit: code, ...parse(out).error }).toMatchObject({ exit: 1, code: 'FILE_EXISTS' });
    expect(readFileSync(good).equals(before)).toBe(true);
  });

  test('when another program creates the file meanwhile', async () => {
    const file = join(stage.folder, 'raced.zip');
    const onProgress = (text: string): void => {
      if (text.startsWith('Waiting for the disk')) writeFileSync(file, 'mine');
    };
    await expect(save(source, file, { onProgress })).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    rmSync(file);
  });

  test('of a database without Relevo', async () => {
    const before = folder();
    const { url } = await stage.empty();
    await expect(save(url, join(stage.folder, 'nothing.zip'))).rejects.toMatchObject({
      code: 'NO_DATA',
    });
    expect(folder()).toEqual(before);
  });

  test('of a data folder without data, which stays empty', async () => {
    const dataDir = mkdtempSync(join(stage.folder, 'data-'));
    const { code, out } = await ranHere(['backup', '--json'], { RELEVO_DATA: dataDir });
    expect({ exit: code, ...parse(out).error }).toMatchObject({ exit: 1, code: 'NO_DATA' });
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test('when it is interrupted: no file is left', async () => {
    const before = folder();
    const interruption = new AbortController();
    const file = join(stage.folder, 'interrupted.zip');
    const backup = backUp(source, file, {
      signal: interruption.signal,
      onProgress: (text) => {
        if (text.startsWith('payment')) interruption.abort(new Error('interrupted'));
      },
    });
    await expect(backup).rejects.toThrow('interrupted');
    expect(folder()).toEqual(before);
  });
});
