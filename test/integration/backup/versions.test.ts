/**
 * An archive moves between versions of PostgreSQL: from 18, which the tests run, to 15 and back,
 * where Debian's PostgreSQL 15 is installed.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onlyWhere } from '../../support/only-where.js';
import { startPostgres15, POSTGRES_15, type OtherPostgres } from '../../support/postgres-15.js';
import { differences, load, openStage, query, readGuards, save } from './stage.js';

const stage = openStage();
let server: OtherPostgres | null = null;
const folder = mkdtempSync(join(tmpdir(), 'relevo-postgres-15-'));

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
  await stage.close();
});

onlyWhere(
  existsSync(POSTGRES_15),
  'needs postgresql-15',
  test,
)('from PostgreSQL 18 to 15 and back: the same rows and guards', async () => {
  const source = await stage.filled();
  const back = await stage.empty();
  server = await startPostgres15(folder);
  // Its collation orders the keys of some tables otherwise; the checksums must not depend on it.
  const url = await server.createDatabase(
    "moved TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'",
  );
  const before = await save(source.url, join(stage.folder, 'from-18.zip'));
  await load(url, join(stage.folder, 'from-18.zip'));
  const on15 = await save(url, join(stage.folder, 'from-15.zip'));
  expect(before.manifest.postgres).toMatch(/^18/);
  expect(on15.manifest.postgres).toMatch(/^15/);
  expect(differences(before, on15)).toEqual([]);
  await load(back.url, join(stage.folder, 'from-15.zip'));
  expect(differences(before, await save(back.url, join(stage.folder, 'back.zip')))).toEqual([]);
  expect(await readGuards(back.url)).toEqual(await readGuards(source.url));
  const order = 'SELECT array_agg(id ORDER BY id) AS ids FROM replica';
  expect(await query(url, order)).not.toEqual(await query(source.url, order));
});
