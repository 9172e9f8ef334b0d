/**
 * The manifest of an archive: the migrations, tables and sequences that it holds, with the number
 * and the checksum of the rows. Pure.
 */
import { z } from 'zod';
import { CopyRefusal } from './refusal.js';

/** The version of the archive's form. A reader refuses a later one. */
export const FORMAT = 1;

/** PostgreSQL limits names to 63 bytes. The names become parts of statements and of file names. */
const name = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

const table = z.object({
  name,
  columns: z.array(name).min(1).max(1_600),
  rows: count,
  /** Bytes of the rows, uncompressed. */
  bytes: count,
  /** SHA-256 of the rows as COPY writes them, in the order of the primary key. */
  sha256,
});

const sequence = z.object({
  name,
  /** A bigint, as text. */
  lastValue: z.string().regex(/^-?\d{1,19}$/),
  isCalled: z.boolean(),
});

const manifest = z.object({
  format: z.literal(FORMAT),
  /** Version of Relevo. */
  relevo: z.string().max(100),
  /** Version of the server. */
  postgres: z.string().max(100),
  /** The time of the snapshot, by the clock of the server, ISO 8601. */
  snapshotAt: z.iso.datetime(),
  migrations: z
    .array(z.object({ name: z.string().max(255), checksum: sha256 }))
    .min(1)
    .max(10_000),
  tables: z.array(table).min(1).max(1_000),
  sequences: z.array(sequence).max(1_000),
});

export type Manifest = z.infer<typeof manifest>;
export type TableEntry = z.infer<typeof table>;
export type SequenceEntry = z.infer<typeof sequence>;

/** A manifest of any version. */
const versioned = z.object({ format: z.int().min(1) });

/** @throws CopyRefusal ARCHIVE_NEWER, ARCHIVE_DAMAGED */
export function parseManifest(text: string): Manifest {
  const document = parseJson(text);
  const version = versioned.safeParse(document);
  if (version.success && version.data.format > FORMAT)
    throw new CopyRefusal(
      'ARCHIVE_NEWER',
      `The archive is of a newer version of Relevo: its format is ${version.data.format}, and this checkout reads ${FORMAT}.`,
    );
  const parsed = manifest.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new CopyRefusal('ARCHIVE_DAMAGED', 'The manifest of the archive cannot be read.');
}

/** Null for a text that is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The number of rows of all tables. */
export const countRows = ({ tables }: Pick<Manifest, 'tables'>): number =>
  tables.reduce((sum, { rows }) => sum + rows, 0);

/** The names of the tables whose rows differ, or that only one side has. */
export function findDifferences(
  before: readonly TableEntry[],
  after: readonly TableEntry[],
): string[] {
  const names = new Set([...before, ...after].map(({ name }) => name));
  const isEqual = (wanted: string): boolean => {
    const [one, other] = [before, after].map((tables) =>
      tables.find(({ name }) => name === wanted),
    );
    return one !== undefined && one.rows === other?.rows && one.sha256 === other.sha256;
  };
  return [...names].filter((name) => !isEqual(name));
}
