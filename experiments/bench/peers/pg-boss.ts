/**
 * pg-boss with its batches: a handler is given a list of jobs and writes it with one insert. The queue is in PostgreSQL, so that
 * accepting a job can be part of the user's own transaction. It polls; a worker that found jobs asks for more at once.
 */
import PgBoss from 'pg-boss';
import { sleep } from '../../../shared/clock.js';
import type { Order, Peer, PeerPlace, PeerProducer, PeerWorker } from '../peer.js';
import { charge } from './gateway.js';
import { countPayments, createPaymentTable, insertPayments, openPool } from './payment-table.js';
import { portionsOf } from './portions.js';

const QUEUE = 'payments';

/** Jobs of a handler. Each fetch sorts all that wait, so few large ones cost less than many small ones. */
const BATCH_SIZE = 5_000;
/** Workers in this process: one fetches while another writes. They begin apart, so that one of two looks every quarter of a second. */
const POLLERS = 2;
/** The shortest that it accepts. */
const POLLING_INTERVAL_SECONDS = 0.5;
/**
 * Our help, not in its documentation. On tables as young as these PostgreSQL expects one active job, and its statement that completes a
 * batch then compares every active job with every one of the batch: of 20,000 jobs in batches of 1,000, some 9 s of PostgreSQL's time in
 * place of 1.5 s. Whether statistics of an older table would prevent it was not tried.
 */
const SERVER_OPTIONS = '-c enable_nestloop=off';
/** Jobs in one `insert`. */
const PORTION = 5_000;

/** @param options beyond what every instance here has: no cron. */
async function startBoss({ databaseUrl }: PeerPlace, options: PgBoss.ConstructorOptions = {}): Promise<PgBoss> {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', SERVER_OPTIONS);
  const boss = new PgBoss({ connectionString: url.href, schedule: false, ...options });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  return boss;
}

async function openProducer(place: PeerPlace): Promise<PeerProducer> {
  const boss = await startBoss(place, { supervise: false, migrate: false });
  return {
    enqueue: async (orders) => {
      for (const portion of portionsOf(orders, PORTION)) await boss.insert(portion.map((data) => ({ name: QUEUE, data })));
    },
    close: () => boss.stop({ wait: true }),
  };
}

/** Another poller. A handler that got jobs tells its own poller not to wait for the interval. */
async function addPoller(boss: PgBoss, handle: (orders: readonly Order[]) => Promise<void>): Promise<void> {
  let id = '';
  const options = { batchSize: BATCH_SIZE, pollingIntervalSeconds: POLLING_INTERVAL_SECONDS, priority: false };
  id = await boss.work<Order>(QUEUE, options, async (jobs) => {
    boss.notifyWorker(id);
    await handle(jobs.map(({ data }) => data));
  });
}

async function openWorker(place: PeerPlace): Promise<PeerWorker> {
  const boss = await startBoss(place, { migrate: false });
  const pool = await openPool(place, POLLERS);
  return {
    start: async (committed) => {
      const handle = async (orders: readonly Order[]): Promise<void> => {
        await Promise.all(orders.map(() => charge(place.gatewayLatencyMs)));
        committed(await insertPayments(pool, orders));
      };
      for (let poller = 0; poller < POLLERS; poller += 1) {
        if (poller > 0) await sleep((POLLING_INTERVAL_SECONDS * 1_000) / POLLERS);
        await addPoller(boss, handle);
      }
    },
    close: async () => {
      await boss.stop({ wait: true });
      await pool.end();
    },
  };
}

async function prepare(place: PeerPlace): Promise<void> {
  await createPaymentTable(place);
  const boss = await startBoss(place, { supervise: false });
  await boss.createQueue(QUEUE);
  await boss.stop({ wait: true });
}

export const pgBoss: Peer = {
  name: 'pg-boss',
  what: 'pg-boss, tuned, one insert a batch',
  packages: ['pg-boss', 'pg'],
  settings: [
    `batchSize ${BATCH_SIZE}, ${POLLERS} workers: its documentation advises batches where a handler can write a list, and more workers for more`,
    `pollingIntervalSeconds ${POLLING_INTERVAL_SECONDS}, the shortest; a worker that found jobs calls notifyWorker, so that it fetches again at once`,
    'priority: false: jobs are fetched by age alone',
    `connections with "${SERVER_OPTIONS}": our help, not in its documentation; without it PostgreSQL plans the completion of jobs badly on these young tables`,
    `insert in portions of ${PORTION}, one statement each`,
    'schedule: false (no cron), supervise: false in the producer; archiving and deletion at their defaults of hours, so never during a run',
    'one payment a job, one multi-row insert a batch',
  ],
  lacks: [
    'no fence: a handler that ran out of time and wakes still writes; the primary key stops a second row',
    'a batch fails as a whole; after a crash its jobs wait until they expire, 15 minutes by default',
    'no order a patient with more than one worker',
    'no idempotency key at the gateway: a worker that dies after the charge charges again',
    'it has what Relevo has not: a job can be added in the user\'s own transaction, and Redis is not needed',
  ],
  prepare,
  openProducer,
  openWorker,
  countCommitted: countPayments,
};
