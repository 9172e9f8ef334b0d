/**
 * Fills the table with payments that were finished long ago: years of a hospital's work in minutes.
 * Secondary indexes are dropped during the load. Triggers and references are off in the loading
 * connection; its rows are correct by construction.
 */
import { statfsSync } from 'node:fs';
import { createLogger } from '../../shared/observability/logger.js';
import { createPool, type Pool, type Queryable } from '../../shared/postgres/postgres.js';
import { ensurePatients } from './backlog.js';
import type { GrowthTools } from './draining.js';

/** Rows per insert. */
const PORTION = 100_000;
/**
 * Disk space of a finished payment during the load (row, indexes, write-ahead log), and the space
 * that must stay free, bytes.
 */
const BYTES_A_ROW = 1_100;
const SPARE_BYTES = 3 * 2 ** 30;
const PAYMENTS_A_PATIENT = 100;
const PAYMENTS_A_BATCH = 1_000;
const HOUR_MS = 3_600_000;

export interface Fill {
  finished: number;
  seconds: number;
  /** By name of the table or index. */
  diskMb: Readonly<Record<string, number>>;
}

/**
 * Checks the disk space for `rows` finished payments. @returns an error message; null: there is
 * enough space.
 */
export function missingRoom(folder: string, rows: number): string | null {
  const { bavail, bsize } = statfsSync(folder);
  const [free, needed] = [bavail * bsize, rows * BYTES_A_ROW + SPARE_BYTES];
  const format = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;
  if (free >= needed) return null;
  return `${rows} finished payments need ${format(needed)} of disk, ${folder} has ${format(free)}`;
}

/**
 * Every second thousand payments are a batch. Its id is derived from its position: a hash, with the
 * digits that make it a UUID (RFC 9562, version 8).
 */
const BATCH_ID = `overlay(overlay(md5('growth-' || i / ${PAYMENTS_A_BATCH}) PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid`;
const BATCHES = `
INSERT INTO batch (id, idempotency_key, fingerprint, sent, accepted_by)
SELECT ${BATCH_ID}, 'growth-' || i / ${PAYMENTS_A_BATCH}, 'growth', ${PAYMENTS_A_BATCH}, 'patients_1'
  FROM generate_series($1::bigint, $2::bigint, ${PAYMENTS_A_BATCH}) AS i WHERE i / ${PAYMENTS_A_BATCH} % 2 = 0
ON CONFLICT DO NOTHING`;

/**
 * Rows $1 to $2 of $3, one second apart. Patients are distributed by a hash. Declined and failed
 * payments are rare, and server_3 has been gone for the second half of the time: a filter finds
 * such rows late or hardly at all.
 */
const PAYMENTS = `
INSERT INTO payment (id, patient_id, batch_id, batch_index, idempotency_key, fingerprint, answer_waited, amount_minor, currency, accepted_by,
                     accepted_at, status, attempts, processed_by, term, reason, gateway_reference, completed_at, parcel)
SELECT uuidv7(make_interval(secs => (i - $3)::float8)), ($4::uuid[])[1 + abs(hashint8(i)::bigint) % cardinality($4::uuid[])],
       CASE WHEN batched THEN ${BATCH_ID} END, CASE WHEN batched THEN i % ${PAYMENTS_A_BATCH} END,
       CASE WHEN batched THEN 'batch:' || ${BATCH_ID} || ':' || i % ${PAYMENTS_A_BATCH} ELSE gen_random_uuid()::text END,
       'growth', batched, 1500, 'USD', 'patients_1', accepted, status::payment_status, 1,
       'server_' || CASE WHEN i > $3 / 2 THEN 1 + i % 2 ELSE 1 + i % 3 END, 0, CASE WHEN status <> 'SUCCEEDED' THEN 'long ago' END,
       CASE WHEN status = 'SUCCEEDED' THEN 'sim-' || i END, accepted + interval '40 milliseconds', (i / 200)::text
  FROM (SELECT i, i / ${PAYMENTS_A_BATCH} % 2 = 0 AS batched, now() - make_interval(secs => ($3 - i)::float8) AS accepted,
               CASE WHEN i % 5000 = 7 THEN 'FAILED' WHEN i % 1000 = 3 THEN 'DECLINED' ELSE 'SUCCEEDED' END AS status
          FROM generate_series($1::bigint, $2::bigint) AS i) AS made`;

/** The rows that the disabled triggers would have written. */
const NOTES = [
  `INSERT INTO failed_payment (seq, payment_id) SELECT seq, id FROM payment WHERE status = 'FAILED' ON CONFLICT DO NOTHING`,
  `INSERT INTO handled_range (partition, bucket, term, processed_by, status, first_seq, last_seq)
   SELECT partition, seq >> 16, term, processed_by, status, min(seq), max(seq) FROM payment WHERE status <> 'PENDING' GROUP BY 1, 2, 3, 4, 5
   ON CONFLICT (partition, bucket, term, processed_by, status) DO UPDATE SET first_seq = excluded.first_seq, last_seq = excluded.last_seq`,
];

/**
 * Off for this connection: references and triggers (the loaded rows are correct), and waiting for
 * the disk (the load as a whole is checked).
 */
const LOADING = `SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'`;

/** The indexes of payments without a constraint, and the statements that create them. */
const INDEXES = `
SELECT i.indexname AS name, i.indexdef AS definition FROM pg_indexes i
 WHERE i.schemaname = 'public' AND i.tablename = 'payment'
   AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname AND c.conrelid = 'payment'::regclass)
 ORDER BY i.indexname`;

/** Size of the table and of each of its indexes on disk, MB. */
const SIZES = `
SELECT relname AS name, pg_relation_size(oid) / 1048576.0::float8 AS mb FROM pg_class
 WHERE oid = 'payment'::regclass OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'payment'::regclass) ORDER BY relname`;

/**
 * Must be called while nothing is pending and no replica leads. @throws Error when there is too
 * little disk space.
 */
export async function fillFinished(tools: GrowthTools, finished: number): Promise<Fill> {
  const { folder, system } = tools.cluster;
  const missing = missingRoom(folder, finished);
  if (missing !== null) throw new Error(missing);
  const startMs = performance.now();
  const limits = { name: 'lab-load', max: 1, statementTimeoutMs: HOUR_MS };
  // Runs after the pool's own guard, which would reset both settings.
  const onConnect = async (connection: Queryable): Promise<void> =>
    void (await connection.query(LOADING));
  const logger = createLogger('lab', 'load', 'silent');
  const pool = createPool({ url: system.databaseUrl, ...limits, onConnect }, logger);
  try {
    await load(tools, pool, finished);
    tools.onProgress('analyzing the table');
    await pool.query('VACUUM (ANALYZE) payment');
    await pool.query('CHECKPOINT');
    const { rows } = await pool.query<{ name: string; mb: number }>(SIZES);
    const diskMb = Object.fromEntries(rows.map(({ name, mb }) => [name, mb]));
    return { finished, seconds: (performance.now() - startMs) / 1_000, diskMb };
  } finally {
    await pool.end();
  }
}

async function load(
  { signal, onProgress }: GrowthTools,
  pool: Pool,
  finished: number,
): Promise<void> {
  const patients = await ensurePatients(pool, Math.ceil(finished / PAYMENTS_A_PATIENT));
  const { rows: indexes } = await pool.query<{ name: string; definition: string }>(INDEXES);
  for (const { name } of indexes) await pool.query(`DROP INDEX ${name}`);
  for (let from = 0; from < finished; from += PORTION) {
    signal.throwIfAborted();
    onProgress(`${from} of ${finished} finished payments loaded`);
    const to = Math.min(finished, from + PORTION) - 1;
    await pool.query(BATCHES, [from, to]);
    await pool.query(PAYMENTS, [from, to, finished, patients]);
  }
  onProgress('writing the rows of the triggers');
  for (const statement of NOTES) await pool.query(statement);
  for (const { name, definition } of indexes) {
    signal.throwIfAborted();
    onProgress(`creating index ${name}`);
    await pool.query(definition);
  }
}
