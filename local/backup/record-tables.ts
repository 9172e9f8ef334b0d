/** The tables and sequences that a backup holds, read from the catalog of a database. */
import type pg from 'pg';

/**
 * The tables of Relevo. `_prisma_migrations` is not among them: a restore applies the migrations
 * again. A table that a later migration adds needs a row here; a test compares the list.
 */
export const RECORD_TABLES = [
  'patient',
  'charge',
  'batch',
  'payment',
  'pending_payment',
  'failed_payment',
  'payment_attempt',
  'election',
  'handled_range',
  'leadership',
  'vote',
  'replica',
  'instance',
  'ended_session',
  'acceptance',
  'scheduled_handover',
  'status_sample',
  'alert',
  'audit',
] as const;

interface KeyColumn {
  name: string;
  /** Whether a collation orders it. */
  isText: boolean;
}

export interface RecordTable {
  name: string;
  columns: string[];
  /** The columns of the primary key, in its order. */
  key: KeyColumn[];
}

const TABLES = `
SELECT c.relname AS name,
       (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
       (SELECT json_agg(json_build_object('name', a.attname, 'isText', a.attcollation <> 0) ORDER BY k.place)
          FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
         WHERE i.indrelid = c.oid AND i.indisprimary) AS key
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname = ANY ($1)
 ORDER BY array_position($1, c.relname::text)`;

/** The tables of Relevo that a database has, in the order of RECORD_TABLES. */
export async function readTables(client: pg.Client): Promise<RecordTable[]> {
  const { rows } = await client.query<RecordTable>(TABLES, [RECORD_TABLES]);
  return rows;
}

const SEQUENCES = `
SELECT s.relname AS name FROM pg_class s JOIN pg_namespace n ON n.oid = s.relnamespace
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype = 'a'
  JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid
 WHERE n.nspname = current_schema() AND s.relkind = 'S' AND t.relnamespace = n.oid AND t.relname = ANY ($1)
 ORDER BY s.relname`;

/** The names of the sequences of these tables. */
export async function readSequenceNames(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(SEQUENCES, [RECORD_TABLES]);
  return rows.map(({ name }) => name);
}
