/**
 * Seeds the database with the sample hospital: patients with fixed ids, and their charges. Existing
 * rows do not change. Authorization codes are stored as hashes, which takes most of the time: about
 * 15 s per thousand patients on two cores. The program is local/seed-command.ts.
 */
import type pg from 'pg';
import { hashCodes, isCodeOf } from '../shared/code-hash.js';
import { connectOnce } from '../shared/postgres/hosts/follow.js';
import { seedPatient, type SeedCharge, type SeedPatient } from './seed-data.js';

/** Patients in one statement. */
const CHUNK = 1_000;

const PATIENTS = `
INSERT INTO patient (id, document, full_name, birth_date, authorization_code)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::text[])
ON CONFLICT DO NOTHING`;

const CHARGES = `
INSERT INTO charge (id, patient_id, kind, description, amount_minor, currency, created_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::charge_kind[], $4::text[], $5::bigint[], $6::text[], $7::timestamptz[])
ON CONFLICT DO NOTHING`;

/** Returns the patients that are not stored yet: the others need no hash. */
async function missingOf(
  client: pg.Client,
  patients: readonly SeedPatient[],
): Promise<SeedPatient[]> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM patient WHERE id = ANY ($1::uuid[])',
    [patients.map(({ id }) => id)],
  );
  const there = new Set(rows.map(({ id }) => id));
  return patients.filter(({ id }) => !there.has(id));
}

async function insertPatients(
  client: pg.Client,
  patients: readonly SeedPatient[],
): Promise<number> {
  const missing = await missingOf(client, patients);
  const column = <K extends keyof SeedPatient>(key: K): SeedPatient[K][] =>
    missing.map((patient) => patient[key]);
  const columns = [
    column('id'),
    column('document'),
    column('fullName'),
    column('birthDate'),
    await hashCodes(column('authorizationCode')),
  ];
  const { rowCount } = await client.query(PATIENTS, columns);
  return rowCount ?? 0;
}

async function insertChunk(client: pg.Client, patients: readonly SeedPatient[]): Promise<number> {
  const added = await insertPatients(client, patients);
  const charges = patients.flatMap((patient) =>
    patient.charges.map((charge) => ({ ...charge, patientId: patient.id })),
  );
  const of = <K extends keyof SeedCharge | 'patientId'>(key: K) =>
    charges.map((charge) => charge[key]);
  await client.query(CHARGES, [
    of('id'),
    of('patientId'),
    of('kind'),
    of('description'),
    of('amountMinor'),
    of('currency'),
    of('createdAt'),
  ]);
  return added;
}

async function withClient<T>(
  databaseUrl: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connectOnce(databaseUrl);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Called after each chunk of patients except the last, with the number stored so far. */
type Progress = (there: number) => void;

async function insertUpTo(
  client: pg.Client,
  patients: number,
  progress?: Progress,
): Promise<number> {
  let added = 0;
  for (let first = 1; first <= patients; first += CHUNK) {
    const numbers = Array.from(
      { length: Math.min(CHUNK, patients - first + 1) },
      (_, index) => first + index,
    );
    added += await insertChunk(client, numbers.map(seedPatient));
    if (first + CHUNK <= patients) progress?.(first + CHUNK - 1);
  }
  return added;
}

/** Adds the missing ones of patients 1 to `patients`. @returns how many were added. */
export const seedUpTo = (
  databaseUrl: string,
  patients: number,
  progress?: Progress,
): Promise<number> => withClient(databaseUrl, (client) => insertUpTo(client, patients, progress));

/** Seeds a database without patients. @returns how many were added; 0 when it already has one. */
export const seedIfEmpty = (databaseUrl: string, patients = 100): Promise<number> =>
  withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ empty: boolean }>(
      'SELECT NOT EXISTS (SELECT 1 FROM patient) AS empty',
    );
    return rows[0]?.empty ? insertUpTo(client, patients) : 0;
  });

interface ShownPatient {
  document: string;
  name: string;
  birthDate: string;
  code: string;
}

interface StoredPatient extends ShownPatient {
  id: string;
}

const FIRST_PATIENTS = `
SELECT id, document, full_name AS name, birth_date::text AS "birthDate", authorization_code AS code FROM patient ORDER BY id LIMIT $1`;

/** Shown for a patient whose code is unknown. */
const NO_CODE = '–';

/**
 * The database stores only hashes. The code of a sample patient is generated again and shown when
 * it matches the stored hash.
 */
async function shownPatient({ id, code: stored, ...rest }: StoredPatient): Promise<ShownPatient> {
  const number = Number(id.slice(-12));
  const sample = Number.isInteger(number) && number > 0 ? seedPatient(number) : null;
  const isSample =
    sample?.id === id && (await isCodeOf(sample.authorizationCode, stored, (plain) => plain));
  return { ...rest, code: isSample ? sample.authorizationCode : NO_CODE };
}

const COLUMNS = ['document', 'birthDate', 'code', 'name'] as const;
const TITLES: ShownPatient = {
  document: 'document',
  name: 'name',
  birthDate: 'born',
  code: 'authorization code',
};

/**
 * Lists the first patients with their identification, for trying the pages. One line each, columns
 * aligned.
 */
export async function showPatients(databaseUrl: string, count: number): Promise<string> {
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query<StoredPatient>(FIRST_PATIENTS, [count]),
  );
  const lines = [TITLES, ...(await Promise.all(rows.map(shownPatient)))];
  const widths = COLUMNS.map((column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) =>
    COLUMNS.map((column, index) => line[column].padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}
