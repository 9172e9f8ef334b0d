/**
 * A leader for tests of the patients service: fetches parcels, decides by a rule, commits through
 * the ledger under a fence, publishes. It does only the normal work of `payments/`.
 */
import { Worker } from 'bullmq';
import type { FinalStatus } from '../../../shared/contracts/payment.js';
import {
  commitOutcomes,
  KEYED_PLANS,
  loadParcel,
  type PendingPayment,
} from '../../../shared/postgres/ledger.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { createPool, type Pool } from '../../../shared/postgres/postgres.js';
import {
  connectRedis,
  outcomeChannel,
  queueName,
  type Parcel,
} from '../../../shared/queue/queue.js';

const TOKEN = { partition: 0, term: 1, leader: 'server_1' };

export interface FakeLeaderOptions {
  databaseUrl: string;
  redisUrl: string;
  prefix: string;
  /** Decides the outcome of a payment. Default: all succeed. */
  rule?: (payment: PendingPayment) => FinalStatus;
  /** Whether to publish events; without them instances must find the rows. */
  publishes?: boolean;
}

export interface FakeLeader {
  /** Parcels in order of arrival. */
  parcels: Parcel[];
  stop(): Promise<void>;
}

/** Makes `server_1` the leader of term 1. */
export async function electFakeLeader(pool: Pool): Promise<void> {
  await pool.query(
    `SELECT * FROM move_leadership(0::smallint, 0, 'server_1', 'boot', 'first', 'test', 'test', 1, 0)`,
  );
}

export async function startFakeLeader(options: FakeLeaderOptions): Promise<FakeLeader> {
  const logger = createLogger('fake-leader', 'server_1', 'silent');
  const pool = createPool(
    {
      url: options.databaseUrl,
      name: 'fake leader',
      max: 2,
      statementTimeoutMs: 5_000,
      settings: KEYED_PLANS,
    },
    logger,
  );
  await electFakeLeader(pool);
  const redis = connectRedis(options.redisUrl, 'wait', logger);
  const publisher = connectRedis(options.redisUrl, 'wait', logger);
  const parcels: Parcel[] = [];
  const rule = options.rule ?? ((): FinalStatus => 'SUCCEEDED');

  const worker = new Worker<Parcel>(
    queueName(0),
    async ({ data }) => {
      parcels.push(data);
      const pending = await loadParcel(pool, {
        partition: 0,
        ids: data.ids,
        limit: 1_000,
        afterSeq: new Map(),
      });
      const rest = { attempts: 1, reason: null, gatewayReference: null };
      const outcomes = pending.map((payment) => ({
        id: payment.id,
        status: rule(payment),
        ...rest,
      }));
      const { ids, at } = await commitOutcomes(pool, TOKEN, outcomes);
      if (options.publishes === false) return;
      const event = {
        partition: 0,
        term: 1,
        processedBy: 'server_1',
        completedAt: at.toISOString(),
        ids,
      };
      await publisher.publish(outcomeChannel(options.prefix), JSON.stringify(event));
    },
    { connection: redis, prefix: options.prefix },
  );
  worker.on('error', () => undefined);
  await worker.waitUntilReady();

  return {
    parcels,
    async stop() {
      await worker.close();
      publisher.disconnect();
      redis.disconnect();
      await pool.end();
    },
  };
}
