/**
 * Lays in a backlog as patients would leave it: rows in order of acceptance, and parcels of their
 * ids in the queue. In bulk, because a million payments through the API take minutes; what
 * acceptance costs is measured apart (accepting.ts).
 */
import { createLogger } from '../../shared/observability/logger.js';
import { connectRedis, createQueue, parcelsOf } from '../../shared/queue/queue.js';
import type { Cluster } from '../system/cluster.js';

/** Rows of one insert, and ids in one call to the queue. */
const PORTION = 20_000;
/** Patients of a backlog: as many as those of a batch (`patients/accept/known-patients.ts`). */
const PATIENTS = 1_000;
const PREFIX = 'relevo';

const INSERT = `
INSERT INTO payment (id, patient_id, idempotency_key, fingerprint, answer_waited, amount_minor, currency, accepted_by)
SELECT uuidv7(), ($2::uuid[])[1 + (i + $3) % cardinality($2::uuid[])], gen_random_uuid()::text, 'growth', false, 1500, 'USD', 'growth'
  FROM generate_series(1, $1::int) AS i
RETURNING id, seq`;

export class GrowthBacklog {
  private readonly redis;
  private readonly queue;
  private patients: string[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly seed: number,
  ) {
    const logger = createLogger('lab', 'backlog', 'silent');
    this.redis = connectRedis(cluster.system.redisUrl, 'wait', logger);
    this.queue = createQueue(0, PREFIX, this.redis);
  }

  /** @param onProgress receives the number of inserted payments. @returns `seq` of the last one. */
  async add(
    count: number,
    signal: AbortSignal,
    onProgress?: (added: number) => void,
  ): Promise<number> {
    const { pool } = this.cluster;
    if (this.patients.length === 0) this.patients = await ensurePatients(pool, PATIENTS, PATIENTS);
    let last = 0;
    for (let added = 0; added < count; added += PORTION) {
      signal.throwIfAborted();
      const values = [Math.min(PORTION, count - added), this.patients, this.seed + added];
      const insert = { name: 'growth-backlog', text: INSERT, values };
      const { rows } = await pool.query<{ id: string; seq: number }>(insert);
      const parcels = parcelsOf(rows.map(({ id }) => id));
      await this.queue.addBulk(parcels.map((data) => ({ name: 'parcel', data })));
      last = rows.at(-1)?.seq ?? last;
      onProgress?.(Math.min(count, added + PORTION));
    }
    return last;
  }

  async close(): Promise<void> {
    await this.queue.close();
    this.redis.disconnect();
  }
}

/**
 * Creates the patients that are missing to `wanted`; their empty code identifies none of them, and
 * needs no hash. @returns the ids of the first `most` patients.
 */
export async function ensurePatients(
  pool: Cluster['pool'],
  wanted: number,
  most: number | null = null,
): Promise<string[]> {
  await pool.query(
    `INSERT INTO patient (id, document, full_name, birth_date, authorization_code)
     SELECT gen_random_uuid(), 'growth-' || i, 'Patient ' || i, DATE '1980-01-01', ''
       FROM generate_series((SELECT count(*) FROM patient) + 1, $1::bigint) AS i`,
    [wanted],
  );
  const text = 'SELECT id FROM patient ORDER BY id LIMIT $1';
  const { rows } = await pool.query<{ id: string }>(text, [most]);
  return rows.map(({ id }) => id);
}
