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
/**
 * Patients that a backlog is spread over; so many a batch is spread over as well
 * (`patients/accept/known-patients.ts`).
 */
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
    this.redis = connectRedis(
      cluster.system.redisUrl,
      'wait',
      createLogger('lab', 'backlog', 'silent'),
    );
    this.queue = createQueue(0, PREFIX, this.redis);
  }

  /** @param onProgress told how many are there. @returns `seq` of the last one; of nothing 0. */
  async add(
    count: number,
    signal: AbortSignal,
    onProgress: (added: number) => void = () => undefined,
  ): Promise<number> {
    let last = 0;
    for (let added = 0; added < count; added += PORTION) {
      signal.throwIfAborted();
      last = await this.portion(Math.min(PORTION, count - added), added);
      onProgress(Math.min(count, added + PORTION));
    }
    return last;
  }

  private async portion(count: number, offset: number): Promise<number> {
    const { pool } = this.cluster;
    const values = [count, await this.someone(), this.seed + offset];
    const { rows } = await pool.query<{ id: string; seq: number }>({
      name: 'growth-backlog',
      text: INSERT,
      values,
    });
    await this.queue.addBulk(
      parcelsOf(rows.map(({ id }) => id)).map((data) => ({ name: 'parcel', data })),
    );
    return rows.at(-1)?.seq ?? 0;
  }

  /**
   * Patients for the batches. When the database has too few, the missing ones are created.
   */
  private async someone(): Promise<string[]> {
    if (this.patients.length > 0) return this.patients;
    const { pool } = this.cluster;
    await addPatients(pool, PATIENTS);
    const { rows } = await pool.query<{ id: string }>(
      'SELECT id FROM patient ORDER BY id LIMIT $1',
      [PATIENTS],
    );
    this.patients = rows.map(({ id }) => id);
    return this.patients;
  }

  async close(): Promise<void> {
    await this.queue.close();
    this.redis.disconnect();
  }
}

/**
 * Sees to it that there are so many patients. Their empty code identifies none of them, and needs
 * no hash.
 */
export async function addPatients(pool: Cluster['pool'], wanted: number): Promise<void> {
  await pool.query(
    `INSERT INTO patient (id, document, full_name, birth_date, authorization_code)
     SELECT gen_random_uuid(), 'growth-' || i, 'Patient ' || i, DATE '1980-01-01', ''
       FROM generate_series((SELECT count(*) FROM patient) + 1, $1::bigint) AS i`,
    [wanted],
  );
}

/** How many payments are pending. Reads them all: not for a moment that is measured. */
export async function countPending({ pool }: Cluster): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('SELECT count(*) FROM pending_payment');
  return rows[0]?.count ?? 0;
}
