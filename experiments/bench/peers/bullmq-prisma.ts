/**
 * The usual implementation: a BullMQ worker whose handler calls the gateway and then creates one
 * row with Prisma. The handlers are independent of each other, so each payment costs a statement
 * and a commit.
 */
import type { Peer, PeerPlace, PeerWorker } from '../peer.js';
import {
  BULLMQ_LEASES,
  BULLMQ_SETTINGS,
  createBullmqWorker,
  openBullmqProducer,
} from './bullmq.js';
import { simulateCharge } from './gateway.js';
import { countPayments, createPaymentTable } from './payment-table.js';
import { ensurePrismaClient, openPrismaClient } from './prisma-client.js';

/**
 * Prisma's rule of thumb is twice the number of cores plus one; the default of node-postgres is 10,
 * which Prisma 7 does not change.
 */
const POOL_MAX = 10;

async function openWorker(place: PeerPlace, concurrency: number): Promise<PeerWorker> {
  const prisma = await openPrismaClient(place.databaseUrl, POOL_MAX);
  await prisma.$connect();
  let committed: (payments: number) => void = () => undefined;
  const worker = await createBullmqWorker(place, concurrency, async ({ data }) => {
    await simulateCharge(place, data);
    const { id, patientId, amountMinor, currency } = data;
    await prisma.payment.create({
      data: { id, patientId, amountMinor: BigInt(amountMinor), currency, status: 'SUCCEEDED' },
    });
    committed(1);
  });
  return {
    start: async (report) => {
      committed = report;
      void worker.run();
    },
    close: async () => {
      await worker.close();
      await prisma.$disconnect();
    },
  };
}

/** @param concurrency of jobs: BullMQ's default is 1; its guide shows 50. */
export const bullmqPrisma = (concurrency: number): Peer => ({
  name: `bullmq-prisma-${concurrency}`,
  what: `BullMQ worker, one Prisma create per job, ${concurrency} at once`,
  packages: ['bullmq', 'ioredis', '@prisma/client', '@prisma/adapter-pg', 'pg'],
  settings: [
    ...BULLMQ_SETTINGS,
    `concurrency ${concurrency}: ${concurrency === 1 ? 'the default' : 'the example of its guide, advised for handlers that wait'}`,
    'prisma.payment.create on a table of six columns with only a primary key, with its own small generated client',
    `up to ${POOL_MAX} connections: the default of node-postgres, which Prisma 7 does not change`,
  ],
  recovery: BULLMQ_LEASES.naiveText,
  lacks: [
    'no fence: two workers may write the same payment; only the primary key prevents a second row',
    'no durable acceptance: jobs are in Redis, and those of the last second in memory only',
    'no order per patient above concurrency 1, nor when a job is retried',
    'no idempotency key at the gateway: a worker that dies after the charge charges again',
  ],
  prepare: async (place) => {
    await ensurePrismaClient();
    await createPaymentTable(place);
  },
  openProducer: async (place) => openBullmqProducer(place),
  openWorker: (place) => openWorker(place, concurrency),
  countCommitted: countPayments,
});
