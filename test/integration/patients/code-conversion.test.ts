/**
 * Plain authorization codes are replaced by hashes: with several instances, changed codes, refused
 * rows, and PostgreSQL unavailable.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  convertChunk,
  startConversion,
  type ConversionDeps,
} from '../../../patients/records/code-conversion.js';
import { codeForm } from '../../../patients/core/identification.js';
import { hashCode, isCodeOf } from '../../../shared/code-hash.js';
import type { Logger } from '../../../shared/observability/logger.js';
import type { Pool } from '../../../shared/postgres/postgres.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { createTestPool } from '../../support/pool.js';

const HASH = /^scrypt\$14\$[\w-]{22}\$[\w-]{43}$/;
const PLAIN = `SELECT count(*)::int AS count FROM patient WHERE authorization_code NOT LIKE 'scrypt$%'`;

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createTestPool(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const storedCode = async (id: string): Promise<string> =>
  (
    await pool.query<{ code: string }>(
      'SELECT authorization_code AS code FROM patient WHERE id = $1',
      [id],
    )
  ).rows[0]?.code ?? '';
const store = (id: string, code: string) =>
  pool.query('UPDATE patient SET authorization_code = $2 WHERE id = $1', [id, code]);
const plainCodes = async (): Promise<number> =>
  (await pool.query<{ count: number }>(PLAIN)).rows[0]?.count ?? -1;

/** Patients as a hospital imports them. @returns id and code of each. */
async function importPatients(count: number): Promise<{ id: string; code: string }[]> {
  const patients = Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    code: `imp–${index} ${'secret'.repeat(2)}`,
  }));
  await pool.query(
    `INSERT INTO patient (id, document, full_name, birth_date, authorization_code)
     SELECT id, id::text, 'Imported', '1980-01-01', code FROM unnest($1::uuid[], $2::text[]) AS new(id, code)`,
    [patients.map(({ id }) => id), patients.map(({ code }) => code)],
  );
  return patients;
}

function loggedDeps(changes: Partial<ConversionDeps> = {}): ConversionDeps & { lines: string[] } {
  const lines: string[] = [];
  const log = (...line: unknown[]): void => void lines.push(JSON.stringify(line));
  return {
    db: pool,
    logger: { info: log, warn: log, debug: log } as unknown as Logger,
    lines,
    ...changes,
  };
}

const areHashed = (patients: readonly { id: string; code: string }[]): Promise<boolean[]> =>
  Promise.all(
    patients.map(async ({ id, code }) => {
      const stored = await storedCode(id);
      return HASH.test(stored) && isCodeOf(codeForm(code), stored, codeForm);
    }),
  );

test('two concurrent conversions leave a hash of each code', async () => {
  const patients = await importPatients(12);
  const instances = [loggedDeps(), loggedDeps()];
  await eventually(
    async () => {
      await Promise.all(instances.map((deps) => convertChunk(deps)));
      return (await plainCodes()) === 0;
    },
    { what: 'no plain code' },
  );
  expect(await areHashed(patients)).toEqual(patients.map(() => true));
});

test('the conversion keeps a code that changed after it was read', async () => {
  const [changed = { id: '', code: '' }] = await importPatients(1);
  const deps = loggedDeps({
    hash: async (form) => (await store(changed.id, 'AUT-NEW'), hashCode(form)),
  });
  await convertChunk(deps);
  expect(await storedCode(changed.id)).toBe('AUT-NEW');
  await convertChunk(loggedDeps());
  expect(await areHashed([{ ...changed, code: 'AUT-NEW' }])).toEqual([true]);
});

test('the conversion continues after a row that the database refuses, and logs no code', async () => {
  const patients = await importPatients(3);
  const refused = patients.map(({ id }) => id).sort()[0] ?? '';
  await pool.query(
    `ALTER TABLE patient ADD CONSTRAINT no_hash CHECK (id <> '${refused}' OR authorization_code NOT LIKE 'scrypt$%') NOT VALID`,
  );
  const deps = loggedDeps();
  const next = await convertChunk(deps);
  await pool.query('ALTER TABLE patient DROP CONSTRAINT no_hash');
  expect(next.pauseMs).toBe(60_000);
  expect(await areHashed(patients)).toEqual(patients.map(({ id }) => id !== refused));
  expect(deps.lines.join('\n')).toContain('constraint no_hash');
  for (const text of ['secret', 'imp–', refused]) expect(deps.lines.join('\n')).not.toContain(text);
  await convertChunk(loggedDeps());
});

test('the conversion reads one chunk at a time, continues after it, and stops on request', async () => {
  const patients = await importPatients(101);
  const seen: string[] = [];
  const first = await convertChunk(
    loggedDeps({ hash: async (form) => (seen.push(form), `scrypt$test-${seen.length}`) }),
  );
  expect([seen.length, first.after]).toEqual([100, patients.map(({ id }) => id).sort()[99]]);
  const stopped = new AbortController();
  stopped.abort();
  await convertChunk(loggedDeps(), first.after, stopped.signal);
  expect(await plainCodes()).toBe(1);
  const conversion = startConversion(loggedDeps());
  await eventually(async () => (await plainCodes()) === 0, {
    what: 'the last code',
  });
  await conversion.stop();
});

test('the conversion continues after PostgreSQL was unavailable', async () => {
  const patients = await importPatients(1);
  let failures = 0;
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const query = (statement: string): unknown =>
    (failures += 1) === 1 ? Promise.reject(away) : pool.query(statement);
  const conversion = startConversion(loggedDeps({ db: { query } as ConversionDeps['db'] }));
  await eventually(async () => (await areHashed(patients))[0] === true, {
    what: 'a hash',
  });
  await conversion.stop();
});

test('the conversion finds plain codes by their own index, before and after the table is analysed', async () => {
  const client = await pool.connect();
  const plan = async (): Promise<string> => {
    const { rows } = await client.query<Record<string, string>>(
      `EXPLAIN SELECT id FROM patient WHERE authorization_code <> '' AND authorization_code NOT LIKE 'scrypt$%' AND id > $1 ORDER BY id LIMIT 100`,
      ['00000000-0000-0000-0000-000000000000'],
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };
  try {
    await client.query(`BEGIN;
      INSERT INTO patient (id, document, full_name, birth_date, authorization_code)
      SELECT gen_random_uuid(), 'many-' || i, 'x', '1980-01-01', 'scrypt$14$' || md5(i::text) FROM generate_series(1, 20000) AS i`);
    const before = await plan();
    await client.query('ANALYZE patient');
    expect([before, await plan()]).toEqual(
      [0, 1].map(() => expect.stringContaining('patient_plain_code')),
    );
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});
