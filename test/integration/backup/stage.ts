/** Shared by the tests of backup and restore: a database with rows in every table; the calls. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { backUp, type Backup } from '../../../local/backup/backup.js';
import { findDifferences } from '../../../local/backup/manifest.js';
import { openArchive } from '../../../local/backup/read-archive.js';
import { restoreInto, type Restored } from '../../../local/backup/restore.js';
import { connectionTo } from '../../../shared/postgres/connection-settings.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

/** Creates rows in every table, among them texts and values that a copy could change. */
const FILL = String.raw`
INSERT INTO patient (id, document, full_name, birth_date, authorization_code)
SELECT ('77777777-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, 'doc ' || i,
       (ARRAY[E'tab\tline\nreturn\r', E'back\\slash \\N \\.', 'ñ 漢字 🙂', '', ' ends with a space '])[1 + i % 5],
       (ARRAY['1900-01-01', '2024-02-29', '0044-03-15 BC'])[1 + i % 3]::date, 'scrypt$' || i
  FROM generate_series(1, 20) AS i;
INSERT INTO charge (id, patient_id, kind, description, amount_minor, currency)
SELECT gen_random_uuid(), id, 'medicine', E'a\\b', 9007199254740993, 'USD' FROM patient WHERE document LIKE 'doc %';
INSERT INTO batch (id, idempotency_key, fingerprint, sent, accepted_by) VALUES (gen_random_uuid(), 'batch-1', 'f', 5, 'patients_1');
INSERT INTO payment (id, patient_id, batch_id, batch_index, idempotency_key, fingerprint, amount_minor, currency, concept, accepted_by, settles)
SELECT gen_random_uuid(), ('77777777-0000-4000-8000-' || lpad((1 + i % 20)::text, 12, '0'))::uuid, (SELECT id FROM batch), i, 'key-' || i,
       'f', i + 1, 'USD', (ARRAY[NULL, '', E'\t'])[1 + i % 3], 'patients_1', (CASE WHEN i % 7 = 0 THEN 'bill' END)::settlement
  FROM generate_series(0, 99) AS i;
SELECT move_leadership(0::smallint, term, 'server_2', 'boot-2', 'first', 'a test', 'monitor_1', 1, 5) FROM leadership;
UPDATE payment SET status = 'SUCCEEDED', attempts = 1, processed_by = 'server_2', term = 1, completed_at = clock_timestamp(), parcel = '1' WHERE batch_index < 60;
UPDATE payment SET status = 'FAILED', attempts = 3, processed_by = 'server_2', term = 1, completed_at = clock_timestamp(), reason = 'r' WHERE batch_index BETWEEN 60 AND 69;
UPDATE payment SET next_attempt_at = now() + interval '1 hour', last_error = 'late', failing_since = now() WHERE batch_index = 99;
INSERT INTO payment (id, patient_id, redrive_of, idempotency_key, fingerprint, amount_minor, currency, accepted_by)
SELECT gen_random_uuid(), patient_id, id, 'redrive-' || id, 'f', amount_minor, currency, 'patients_1' FROM payment WHERE status = 'FAILED' LIMIT 1;
INSERT INTO vote VALUES (0, 'monitor_1', 1, 'silent', now());
INSERT INTO replica (id, admin) VALUES ('server_1', 'drain'), ('Server_0', 'ready'), ('ångström', 'maint');
INSERT INTO instance (id, admin) VALUES ('patients_1', 'maint');
INSERT INTO ended_session VALUES (sha256('x'), now());
UPDATE acceptance SET accepting = false, reason = 'a test', changed_by = 'operator', changed_at = now();
INSERT INTO scheduled_handover (id, partition, due_at, successor, leader, reason, ordered_by)
VALUES (gen_random_uuid(), 0, now() + interval '1 hour', 'server_1', 'server_2', 'a test', 'operator');
INSERT INTO alert (id, rule, severity, subject, text, monitor, fired_at)
VALUES (gen_random_uuid(), 'RelevoReplicaDown', 'warning', 'server_1', 'a test', 'monitor_1', now());
INSERT INTO payment_attempt VALUES (gen_random_uuid(), 1, 1, now(), 12.5, 'gateway answered 503', 'server_1', 1);
INSERT INTO status_sample (step_sec, at, monitor, states) VALUES (5, now(), 'monitor_1', '{"replicas": {}}');
INSERT INTO audit (actor, action, target, reason, outcome) VALUES ('operator', 'drain', 'server_1', 'a test', 'done');`;

export interface Stage {
  /** A folder for archives. */
  folder: string;
  /** An empty database. */
  empty(): Promise<TestDatabase>;
  /** A database with rows in every table. */
  filled(): Promise<TestDatabase>;
  /** Ends everything; for afterAll. */
  close(): Promise<void>;
}

export function openStage(): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'relevo-backup-'));
  const databases: TestDatabase[] = [];
  const create = async (template?: string): Promise<TestDatabase> => {
    const database = await createTestDatabase(template);
    databases.push(database);
    return database;
  };
  return {
    folder,
    empty: () => create('template0'),
    filled: async () => {
      const database = await create();
      await query(database.url, FILL);
      return database;
    },
    close: async () => {
      for (const database of databases) await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function query<R extends pg.QueryResultRow>(url: string, text: string): Promise<R[]> {
  const client = new pg.Client(connectionTo(url));
  await client.connect();
  try {
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end();
  }
}

const never = new AbortController().signal;

export interface Calls {
  signal?: AbortSignal;
  onProgress?: (text: string) => void;
}

export const save = (url: string, file: string, calls: Calls = {}): Promise<Backup> =>
  backUp(url, file, { signal: never, onProgress: () => undefined, ...calls });

export async function load(url: string, file: string, calls: Calls = {}): Promise<Restored> {
  const archive = await openArchive(file, { signal: never });
  try {
    return await restoreInto(url, archive, {
      signal: never,
      onProgress: () => undefined,
      ...calls,
    });
  } finally {
    archive.close();
  }
}

/** The tables whose rows differ between two backups. */
export const differences = (one: Backup, other: Backup): string[] =>
  findDifferences(one.manifest.tables, other.manifest.tables);

/** The parts of a database that guard the record: triggers, constraints, indexes, views. */
export const readGuards = (url: string): Promise<pg.QueryResultRow[]> =>
  query(
    url,
    `SELECT 'trigger' AS kind, tgname::text AS name, tgenabled::text || pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE NOT tgisinternal
     UNION ALL SELECT 'constraint', conname, convalidated::text || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
     UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT 'view', viewname, definition FROM pg_views WHERE schemaname = 'public'
     ORDER BY 1, 2`,
  );
