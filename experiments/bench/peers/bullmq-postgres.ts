/**
 * BullMQ on its PostgreSQL backend: the same worker as with Redis, many concurrent jobs whose
 * handlers share one multi-row insert. It needs no Redis.
 */
import { createPostgresBackend, runMigrations, withBackend } from 'bullmq';
import type { PeerOrder, Peer, PeerPlace, PeerProducer, PeerWorker } from '../peer.js';
import { BULLMQ_LEASES, removeJobs, BULLMQ_QUEUE } from './bullmq.js';
import { simulateCharge } from './gateway.js';
import { MicroBatch } from './micro-batch.js';
import {
  countPayments,
  createPaymentTable,
  insertPayments,
  onConnection,
  openPeerPool,
} from './payment-table.js';
import { portionsOf } from './portions.js';

const { Queue, Worker } = withBackend(createPostgresBackend);

const CONCURRENCY = 500;
/** Connections of a worker. */
const POOL_SIZE = 20;
/** Jobs per `addBulk`, one statement. */
const PORTION = 1_000;

const connect = ({ databaseUrl }: PeerPlace, max: number) => ({
  connectionString: databaseUrl,
  max,
});

async function openProducer(place: PeerPlace): Promise<PeerProducer> {
  const queue = new Queue<PeerOrder>(BULLMQ_QUEUE, { connection: connect(place, 2) });
  queue.on('error', (error) => console.error(error));
  return {
    enqueue: async (orders) => {
      for (const portion of portionsOf(orders, PORTION))
        await queue.addBulk(portion.map((data) => ({ name: 'pay', data })));
    },
    close: () => queue.close(),
  };
}

async function openWorker(place: PeerPlace): Promise<PeerWorker> {
  const pool = await openPeerPool(place, 1);
  let committed: (payments: number) => void = () => undefined;
  const batch = new MicroBatch<PeerOrder>(async (orders) =>
    committed(await insertPayments(pool, orders)),
  );
  const worker = new Worker<PeerOrder>(
    BULLMQ_QUEUE,
    async ({ data }) => {
      await simulateCharge(place, data);
      await batch.add(data);
    },
    {
      connection: connect(place, POOL_SIZE),
      concurrency: CONCURRENCY,
      autorun: false,
      ...removeJobs,
      ...(place.kills ? BULLMQ_LEASES.tuned : {}),
    },
  );
  worker.on('error', (error) => console.error(error));
  worker.on('failed', (_job, error) => console.error(error));
  await worker.waitUntilReady();
  return {
    start: async (report) => {
      committed = report;
      void worker.run();
    },
    close: async () => {
      await worker.close();
      await pool.end();
    },
  };
}

async function prepare(place: PeerPlace): Promise<void> {
  await createPaymentTable(place);
  await onConnection(place, (client) => runMigrations(client));
}

export const bullmqPostgres: Peer = {
  name: 'bullmq-postgres',
  what: 'BullMQ worker on its PostgreSQL backend, one insert for all waiting payments',
  packages: ['bullmq', 'pg'],
  settings: [
    `concurrency ${CONCURRENCY}: enough jobs in progress that each insert has hundreds of rows`,
    `a pool of ${POOL_SIZE} connections: "Size the pool"; more wait for each other on two cores`,
    `addBulk in portions of ${PORTION}: "Bulk enqueues" are one statement each`,
    'completed jobs are removed (removeOnComplete), failed ones kept up to 5,000: "Let retention do its work"',
    'synchronous_commit stays on: turning it off, as its page considers, would lose accepted payments',
    'one payment per job, one multi-row insert at a time on its own connection, as soon as the previous one is done',
  ],
  recovery: `as with Redis: ${BULLMQ_LEASES.tunedText}`,
  lacks: [
    'no fence: two workers may write the same payment; only the primary key prevents a second row',
    'no order per patient: 500 jobs are in progress at once',
    'no idempotency key at the gateway: a worker that dies after the charge charges again',
    'advantage over Relevo: Redis is not needed',
  ],
  prepare,
  openProducer,
  openWorker,
  countCommitted: countPayments,
};
