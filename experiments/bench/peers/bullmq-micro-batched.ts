/**
 * BullMQ, optimized: many concurrent jobs whose handlers share one multi-row insert, which is
 * fenced by the row of the leader. This is the limit with one payment per job.
 */
import type pg from 'pg';
import type { PeerOrder, Peer, PeerPlace, PeerWorker } from '../peer.js';
import {
  BULLMQ_LEASES,
  BULLMQ_SETTINGS,
  createBullmqWorker,
  openBullmqProducer,
} from './bullmq.js';
import { simulateCharge } from './gateway.js';
import { MicroBatch } from './micro-batch.js';
import {
  toColumns,
  countPayments,
  createPaymentTable,
  onConnection,
  openPeerPool,
} from './payment-table.js';

const CONCURRENCY = 500;
const LEADER = 'worker-1';
const TERM = 1;

const LEADERSHIP = `
CREATE TABLE leader (term bigint NOT NULL, name text NOT NULL);
INSERT INTO leader (term, name) VALUES (${TERM}, '${LEADER}')`;

/** Inserts the whole group or nothing: a worker that no longer leads inserts nothing. */
const FENCED_INSERT = {
  name: 'insert-fenced',
  text: `
INSERT INTO payment (id, patient_id, amount_minor, currency, status)
SELECT id, patient_id, amount_minor, currency, 'SUCCEEDED'
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) AS o (id, patient_id, amount_minor, currency)
 WHERE EXISTS (SELECT 1 FROM leader WHERE term = $5 AND name = $6 FOR SHARE)
ON CONFLICT (id) DO NOTHING`,
};

async function insertFenced(pool: pg.Pool, orders: readonly PeerOrder[]): Promise<number> {
  const { rowCount } = await pool.query({
    ...FENCED_INSERT,
    values: [...toColumns(orders), TERM, LEADER],
  });
  // Repeated rows do not count either. A whole group of repeated rows is very rare; its jobs are
  // then retried.
  if (!rowCount) throw new Error('No row was inserted: this worker does not lead any more');
  return rowCount;
}

async function openWorker(place: PeerPlace): Promise<PeerWorker> {
  const pool = await openPeerPool(place, 1); // Only one statement at a time.
  let committed: (payments: number) => void = () => undefined;
  const batch = new MicroBatch<PeerOrder>(async (orders) =>
    committed(await insertFenced(pool, orders)),
  );
  const pay = async ({ data }: { data: PeerOrder }): Promise<void> => {
    await simulateCharge(place, data);
    await batch.add(data);
  };
  const worker = await createBullmqWorker(place, CONCURRENCY, pay, BULLMQ_LEASES.tuned);
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

export const bullmqMicroBatched: Peer = {
  name: 'bullmq-micro-batched',
  what: 'BullMQ worker, one fenced insert for all waiting payments',
  packages: ['bullmq', 'ioredis', 'pg'],
  settings: [
    ...BULLMQ_SETTINGS,
    `concurrency ${CONCURRENCY}: enough jobs in progress that each insert has hundreds of rows`,
    'one connection, one multi-row INSERT … SELECT … WHERE EXISTS (fence FOR SHARE) at a time, as soon as the previous one is done',
  ],
  recovery: BULLMQ_LEASES.tunedText,
  lacks: [
    'a fence in the insert, but no election: its leader row is written once',
    'no durable acceptance: jobs are in Redis, and those of the last second in memory only',
    'no order per patient: 500 jobs are in progress at once',
    'no idempotency key at the gateway: a worker that dies after the charge charges again',
  ],
  prepare: async (place) => {
    await createPaymentTable(place);
    await onConnection(place, (client) => client.query(LEADERSHIP));
  },
  openProducer: async (place) => openBullmqProducer(place),
  openWorker,
  countCommitted: countPayments,
};
