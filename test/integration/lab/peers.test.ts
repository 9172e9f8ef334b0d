/**
 * Every peer of the bench with real engines: commits each order exactly once, and reports the
 * commit.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { PeerOrder, Peer, PeerPlace } from '../../../experiments/bench/peer.js';
import { PEERS } from '../../../experiments/bench/peers/peers.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { testRedisUrl, uniquePrefix } from '../../support/redis.js';

const ORDERS = 200;

const newOrders = (count: number): PeerOrder[] =>
  Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    patientId: randomUUID(),
    amountMinor: 1_000 + index,
    currency: 'COP',
  }));

interface Row {
  id: string;
  patientId: string;
  amountMinor: number;
  currency: string;
  status: string;
  isCompleted: boolean;
}

async function readRows({ databaseUrl }: PeerPlace): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<Row>(
    `SELECT id, patient_id AS "patientId", amount_minor::int AS "amountMinor", currency, status,
            completed_at BETWEEN now() - interval '5 minutes' AND now() + interval '5 minutes' AS "isCompleted"
       FROM payment`,
  );
  await client.end();
  return rows;
}

const byId = (one: { id: string }, other: { id: string }): number => (one.id < other.id ? -1 : 1);

/**
 * One run of a worker with `orders`, which wait for it or arrive while it works. @returns payments
 * reported as committed.
 */
async function work(
  peer: Peer,
  place: PeerPlace,
  orders: readonly PeerOrder[],
  when: 'waiting' | 'live',
): Promise<number> {
  const producer = await peer.openProducer(place);
  const worker = await peer.openWorker(place);
  const before = await peer.countCommitted(place);
  let told = 0;
  try {
    if (when === 'waiting') await producer.enqueue(orders);
    expect(await peer.countCommitted(place)).toBe(before); // It has not been started.
    await worker.start((payments) => (told += payments));
    if (when === 'live') await producer.enqueue(orders);
    await eventually(() => told >= orders.length, {
      what: 'every payment is told as committed',
    });
    expect(await peer.countCommitted(place)).toBe(before + orders.length);
  } finally {
    await producer.close();
    await worker.close();
  }
  return told;
}

describe.each(PEERS.map((peer) => [peer.name, peer] as const))('%s', (_name, peer) => {
  let database: TestDatabase;
  let place: PeerPlace;

  beforeAll(async () => {
    database = await createTestDatabase('template0');
    place = {
      databaseUrl: database.url,
      redisUrl: testRedisUrl(),
      prefix: uniquePrefix(),
      gatewayLatencyMs: 1,
    };
    await peer.prepare(place);
  }, 180_000); // The first one generates a Prisma client.
  afterAll(() => database.drop());

  test(`commits each of ${ORDERS} payments once, and reports it`, async () => {
    const orders = newOrders(ORDERS);
    const [first, second] = [orders.slice(0, ORDERS / 2), orders.slice(ORDERS / 2)];
    expect(await work(peer, place, first, 'live')).toBe(first.length);
    // Like the bench: warm up, close, fill, drain.
    expect(await work(peer, place, second, 'waiting')).toBe(second.length);
    const expected = orders.map((order) => ({ ...order, status: 'SUCCEEDED', isCompleted: true }));
    expect((await readRows(place)).sort(byId)).toEqual(expected.sort(byId));
  });

  test('reports its settings, its gaps and its components', () => {
    for (const facts of [peer.settings, peer.lacks, peer.packages])
      expect(facts.length).toBeGreaterThan(0);
  });
});
