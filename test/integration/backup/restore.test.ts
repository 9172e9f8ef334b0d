/**
 * Backup and restore against a real PostgreSQL: every row, sequence and guard comes back; the rows
 * are those of one moment; an ordinary role can restore.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, readMigrations } from '../../../local/engines/migrate.js';
import { RECORD_TABLES } from '../../../local/backup/record-tables.js';
import { createTestPool } from '../../support/pool.js';
import { differences, load, openStage, query, readGuards, save } from './stage.js';

const stage = openStage();
afterAll(() => stage.close());

const toFile = (name: string): string => join(stage.folder, `${name}.zip`);

test('all tables that the migrations create are in the list of a backup', async () => {
  const { url } = await stage.filled();
  const tables = await query<{ name: string }>(
    url,
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'",
  );
  expect(tables.map(({ name }) => name).sort()).toEqual([...RECORD_TABLES].sort());
});

describe('a filled database, restored into an empty one', () => {
  let source: string;
  let target: string;
  const file = toFile('filled');

  beforeAll(async () => {
    source = (await stage.filled()).url;
    target = (await stage.empty()).url;
    await save(source, file);
    await load(target, file);
  });

  test('has the same rows in every table, none of them empty', async () => {
    const [before, after] = [await save(source, toFile('a')), await save(target, toFile('b'))];
    expect(before.manifest.tables.filter(({ rows }) => rows === 0)).toEqual([]);
    expect(before.manifest.tables).toHaveLength(RECORD_TABLES.length);
    expect(differences(before, after)).toEqual([]);
  });

  test('control: one changed value is a difference', async () => {
    const before = await save(target, toFile('c'));
    await query(target, "UPDATE replica SET reason = 'x' WHERE id = 'server_1'");
    const after = await save(target, toFile('d'));
    await query(target, "UPDATE replica SET reason = '' WHERE id = 'server_1'");
    expect(differences(before, after)).toEqual(['replica']);
  });

  test('has the same triggers, constraints, indexes and views as a migrated database, all enabled', async () => {
    expect(await readGuards(target)).toEqual(await readGuards(source));
  });

  test('has statistics, and no rows that a vacuum must still freeze', async () => {
    const rows = await query<{ tuples: number; visible: number }>(
      target,
      "SELECT reltuples::int AS tuples, relallvisible AS visible FROM pg_class WHERE oid = 'patient'::regclass",
    );
    expect(rows[0]?.tuples).toBeGreaterThan(20);
    expect(rows[0]?.visible).toBeGreaterThan(0);
  });

  test('continues the order of acceptance and the terms', async () => {
    const highest =
      'SELECT max(seq)::int AS seq, (SELECT term::int FROM leadership) AS term FROM payment';
    const [before] = await query<{ seq: number; term: number }>(target, highest);
    await query(
      target,
      `INSERT INTO payment (id, patient_id, idempotency_key, fingerprint, amount_minor, currency, accepted_by)
       SELECT gen_random_uuid(), id, 'after', 'f', 1, 'USD', 'p' FROM patient LIMIT 1;
       SELECT move_leadership(0::smallint, term, 'server_3', 'boot-3', 'first', 'a test', 'monitor_1', 1, 5) FROM leadership`,
    );
    const [after] = await query<{ seq: number; term: number }>(target, highest);
    expect(after).toEqual({ seq: (before?.seq ?? 0) + 1, term: (before?.term ?? 0) + 1 });
  });

  test('still refuses to change a final payment', async () => {
    await expect(
      query(target, "UPDATE payment SET reason = 'x' WHERE status = 'SUCCEEDED'"),
    ).rejects.toThrow(/is final/);
  });

  test('the archive can be read by its owner only', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

test('a backup during changes has the rows of one moment: list and table have the same pending payments', async () => {
  const { url } = await stage.filled();
  const pool = createTestPool(url, { max: 1 });
  let isOver = false;
  let changes = 0;
  // Each step moves one payment from the list of pending ones to its end, and adds another.
  const change = async (): Promise<void> => {
    while (!isOver) {
      await pool.query(
        `WITH next AS (SELECT payment_id FROM pending_payment ORDER BY seq LIMIT 1)
         UPDATE payment SET status = 'SUCCEEDED', attempts = 1, processed_by = 'server_2', term = 1, completed_at = clock_timestamp()
          FROM next WHERE id = next.payment_id`,
      );
      await pool.query(
        `INSERT INTO payment (id, patient_id, idempotency_key, fingerprint, amount_minor, currency, accepted_by)
         SELECT gen_random_uuid(), id, gen_random_uuid()::text, 'f', 1, 'USD', 'p' FROM patient LIMIT 1`,
      );
      changes += 1;
    }
  };
  const changing = change();
  try {
    const target = await stage.empty();
    // Between the two tables, the payments change.
    const began = { at: -1 };
    const saved = await save(url, toFile('changing'), {
      onProgress: (text) => {
        if (text.startsWith('payment')) began.at = changes;
      },
    });
    expect(saved.manifest.tables.length).toBe(RECORD_TABLES.length);
    expect(began.at).toBeGreaterThanOrEqual(0);
    await load(target.url, toFile('changing'));
    const [row] = await query(
      target.url,
      `SELECT count(*)::int AS pending, count(*) FILTER (WHERE l.seq IS NULL OR p.id IS NULL)::int AS differ
         FROM (SELECT * FROM payment WHERE status = 'PENDING') p FULL JOIN pending_payment l ON l.payment_id = p.id`,
    );
    expect(row).toMatchObject({ differ: 0 });
  } finally {
    isOver = true;
    await changing;
    await pool.end();
  }
});

test('an archive of an older version gets the later migrations after its rows', async () => {
  const all = readMigrations();
  const first = all.findIndex(({ name }) => name.endsWith('_instance_states'));
  const source = await stage.empty();
  const target = await stage.empty();
  await migrate(source.url, all.slice(0, first));
  await query(source.url, "INSERT INTO replica (id) VALUES ('server_9')");
  const saved = await save(source.url, toFile('older'));
  expect(saved.manifest.tables.map(({ name }) => name)).not.toContain('instance');
  const { laterMigrations } = await load(target.url, toFile('older'));
  expect(laterMigrations).toEqual(all.slice(first).map(({ name }) => name));
  expect(await query(target.url, 'SELECT id FROM replica')).toEqual([{ id: 'server_9' }]);
  expect(await query(target.url, 'SELECT id FROM instance')).toEqual([]);
  expect(await migrate(target.url)).toEqual([]);
});

test('a role without special rights restores into its own database, in a schema of its own', async () => {
  const source = await stage.filled();
  const target = await stage.empty();
  const role = `restorer_${process.pid}`;
  const address = new URL(target.url);
  const name = address.pathname.slice(1);
  await query(source.url, `CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
  try {
    await query(source.url, `ALTER DATABASE ${name} OWNER TO ${role}`);
    address.username = role;
    address.password = 'secret';
    address.searchParams.set('schema', 'Hospital');
    const saved = await save(source.url, toFile('role'));
    await load(address.href, toFile('role'));
    expect(differences(saved, await save(address.href, toFile('role-again')))).toEqual([]);
  } finally {
    await target.drop();
    await query(source.url, `DROP ROLE ${role}`);
  }
});
