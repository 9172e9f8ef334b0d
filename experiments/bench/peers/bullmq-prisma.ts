/**
 * What most people would write: a BullMQ worker whose handler calls the gateway and then creates one row with Prisma. The worker knows
 * nothing of the other jobs under way, so each payment costs a statement and a commit of its own.
 */
import type { Peer, PeerPlace, PeerWorker } from '../peer.js';
import { BULLMQ_SETTINGS, createBullmqWorker, openBullmqProducer } from './bullmq.js';
import { charge } from './gateway.js';
import { countPayments, createPaymentTable } from './payment-table.js';
import { ensurePrismaClient, openPrismaClient } from './prisma-client.js';

/** Prisma's rule of thumb is two a core and one; node-postgres' default is 10, which Prisma 7 leaves as it is. */
const POOL_MAX = 10;

async function openWorker(place: PeerPlace, concurrency: number): Promise<PeerWorker> {
  const prisma = await openPrismaClient(place.databaseUrl, POOL_MAX);
  await prisma.$connect();
  let committed: (payments: number) => void = () => undefined;
  const worker = await createBullmqWorker(place, concurrency, async ({ data: { id, patientId, amountMinor, currency } }) => {
    await charge(place.gatewayLatencyMs);
    await prisma.payment.create({ data: { id, patientId, amountMinor: BigInt(amountMinor), currency, status: 'SUCCEEDED' } });
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

/** @param concurrency jobs at once: BullMQ's default is 1; 50 is what its guide shows. */
export const bullmqPrisma = (concurrency: number): Peer => ({
  name: `bullmq-prisma-${concurrency}`,
  what: `BullMQ worker, one Prisma create a job, ${concurrency} at once`,
  packages: ['bullmq', 'ioredis', '@prisma/client', '@prisma/adapter-pg', 'pg'],
  settings: [
    ...BULLMQ_SETTINGS,
    `concurrency ${concurrency}: ${concurrency === 1 ? 'the default' : 'the example of its guide; it asks for more than 1 where handlers wait'}`,
    'prisma.payment.create on a table of six columns with a primary key only, with its own small generated client',
    `up to ${POOL_MAX} connections: the default of node-postgres, which Prisma 7 leaves as it is`,
  ],
  lacks: [
    'no fence: two workers may write the same payment; the primary key is all that stops them',
    'no durable accept: a job is in Redis, with up to a second of them in memory only',
    'no order a patient above concurrency 1, nor when a job is tried again',
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
