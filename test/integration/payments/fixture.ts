/**
 * Fixture of the replica tests: a database with payments, manual elections, and a replica in this
 * process.
 */
import { loadConfig } from '../../../shared/config.js';
import { acceptPayments } from '../../../shared/postgres/ledger.js';
import { readLeadership } from '../../../shared/postgres/leadership-store.js';
import type { Pool } from '../../../shared/postgres/postgres.js';
import { PAYMENTS_OPTIONS } from '../../../payments/config.js';
import { startPayments, type RunningReplica } from '../../../payments/start.js';
import { createTestDatabase } from '../../support/database.js';
import { keptLogger } from '../../support/kept-logger.js';
import { freePort } from '../../../local/processes/ports.js';
import { newPayment, PATIENTS, savePatients } from '../../support/payments.js';
import { createTestPool } from '../../support/pool.js';

export { newPayment, PATIENTS } from '../../support/payments.js';

export interface TestRecord {
  url: string;
  pool: Pool;
  /** Accepts `count` payments, patients in turn. @returns their ids in order. */
  accept(count: number, patients?: readonly string[]): Promise<string[]>;
  /** Elects by hand. @returns the new term. */
  elect(leader: string, bootId: string): Promise<number>;
  drop(): Promise<void>;
}

export async function createRecord(): Promise<TestRecord> {
  const database = await createTestDatabase();
  const pool = createTestPool(database.url);
  await savePatients(pool);
  return {
    url: database.url,
    pool,
    accept: async (count, patients = PATIENTS) => {
      const payments = Array.from({ length: count }, (_, index) =>
        newPayment(patients[index % patients.length] as string),
      );
      return (await acceptPayments(pool, 0, 'test', payments))
        .sort((a, b) => a.seq - b.seq)
        .map(({ id }) => id);
    },
    elect: async (leader, bootId) => {
      const { term } = await readLeadership(pool, 0);
      await pool.query(
        `SELECT * FROM move_leadership(0::smallint, $1, $2, $3, 'planned', 'test', 'test', 0, 0)`,
        [term, leader, bootId],
      );
      return term + 1;
    },
    drop: async () => {
      await pool.end();
      await database.drop();
    },
  };
}

export interface TestReplica extends RunningReplica {
  id: string;
  stop(): Promise<void>;
  /** Elects the replica in the database and notifies it. */
  lead(record: TestRecord): Promise<number>;
  fatal: unknown[];
}

export async function startReplica(env: Record<string, string>): Promise<TestReplica> {
  const config = loadConfig(PAYMENTS_OPTIONS, {
    PORT: String(await freePort()),
    API_TOKEN: 'api',
    OPERATOR_TOKEN: 'operator',
    INTERNAL_TOKEN: 'internal',
    RELAY_INTERVAL_MS: '50',
    RELAY_GRACE_MS: '0',
    GATEWAY_LATENCY_MS: '1',
    ...env,
  });
  const fatal: unknown[] = [];
  const running = await startPayments(config, keptLogger(config.id), (error) => fatal.push(error));
  return {
    ...running,
    id: config.id,
    fatal,
    stop: async () => {
      for (const step of running.steps) await step.run();
    },
    lead: async (record) => {
      const term = await record.elect(config.id, running.replica.report().bootId);
      running.replica.applyLeadership(await readLeadership(record.pool, 0));
      return term;
    },
  };
}
