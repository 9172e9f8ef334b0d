/**
 * Streams the rows of a table out of a database and into one, in the text form of COPY, which all
 * versions of PostgreSQL read. The order of the primary key, without the collation of the database,
 * makes the checksums of two databases comparable.
 */
import { Writable, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { TableEntry } from './manifest.js';
import { Meter, type Measure } from './meter.js';
import type { RecordTable } from './record-tables.js';
import type { CopySession } from './session.js';

export type OnRows = (rows: number) => void;

const quote = (name: string): string => pg.escapeIdentifier(name);
const list = (names: readonly string[]): string => names.map(quote).join(', ');

function toCopyOut({ name, key }: RecordTable, columns: readonly string[]): string {
  const order = key.map((part) => `${quote(part.name)}${part.isText ? ' COLLATE "C"' : ''}`);
  return `COPY (SELECT ${list(columns)} FROM ${quote(name)} ORDER BY ${order.join(', ')}) TO STDOUT`;
}

/** The rows of a table as a stream, which ends with an error when the database fails. */
export function streamRows(session: CopySession, table: RecordTable, onRows?: OnRows): Meter {
  const meter = new Meter(onRows);
  const source = session.client.query(copyTo(toCopyOut(table, table.columns)));
  source.once('error', (error) => meter.destroy(error));
  source.pipe(meter);
  return meter;
}

/** A destination that keeps nothing. */
const discard = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/**
 * Reads the rows of a table back. @param columns their order, which the checksum depends on.
 */
export async function measureRows(
  session: CopySession,
  table: RecordTable,
  columns: readonly string[],
  onRows?: OnRows,
): Promise<Measure> {
  const meter = streamRows(session, { ...table, columns: [...columns] }, onRows);
  await session.race(pipeline(meter, discard()));
  return meter.finishMeasure();
}

/**
 * Loads rows into a table that this transaction created. FREEZE: they need no later clean-up.
 * @returns the measure of the rows that were sent.
 */
export async function loadRows(
  session: CopySession,
  { name, columns }: TableEntry,
  rows: Readable,
  onRows?: OnRows,
): Promise<Measure> {
  const meter = new Meter(onRows);
  const sql = `COPY ${quote(name)} (${list(columns)}) FROM STDIN WITH (FREEZE)`;
  const destination = session.client.query(copyFrom(sql));
  const refused = new Promise<never>((_resolve, reject) => destination.once('error', reject));
  // After an error of the server, the stream never closes, and the pipeline would wait for it.
  await session.race(Promise.race([pipeline(rows, meter, destination), refused]));
  return meter.finishMeasure();
}
