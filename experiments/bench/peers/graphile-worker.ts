/**
 * graphile-worker, set as its page on performance does, with a micro-batched insert in its task. The queue is in PostgreSQL, so that
 * accepting a job can be part of the user's own transaction. One payment stays one job; a job that carried a list would be a parcel.
 */
import { Logger, run, runMigrations } from 'graphile-worker';
import type { Order, Peer, PeerPlace, PeerProducer, PeerWorker } from '../peer.js';
import { charge } from './gateway.js';
import { MicroBatch } from './micro-batch.js';
import { countPayments, createPaymentTable, insertPayments, openPool } from './payment-table.js';
import { portionsOf } from './portions.js';

const TASK = 'pay';

/** Jobs at once. Its page shows 24 for tasks that do nothing; here each insert carries as many payments as jobs wait for it. */
const CONCURRENT_JOBS = 500;
/** Jobs fetched by one statement: as on its page. */
const LOCAL_QUEUE_SIZE = 500;
/** How long completions are gathered, in ms: the next statement takes what came meanwhile. As on its page. */
const BATCH_DELAY_MS = 0;
/** Fetching and completing are one statement at a time each, so jobs need no connection of their own. */
const MAX_POOL_SIZE = 10;
/** Jobs in one `add_jobs`. */
const PORTION = 5_000;

/** The bulk function of its SQL API, whose rows nobody here reads. */
const ADD_JOBS = {
  name: 'add-jobs',
  text: `SELECT count(*) FROM graphile_worker.add_jobs(ARRAY(SELECT json_populate_recordset(NULL::graphile_worker.job_spec, $1::json)))`,
};

/** Errors only: it would tell of every job, and warn of fewer connections than jobs, which is so on purpose. */
const quiet = new Logger(() => (level, message) => {
  if ((level as string) === 'error') console.error(message);
});

const PRESET: GraphileConfig.Preset = {
  worker: {
    concurrentJobs: CONCURRENT_JOBS,
    localQueue: { size: LOCAL_QUEUE_SIZE },
    completeJobBatchDelay: BATCH_DELAY_MS,
    failJobBatchDelay: BATCH_DELAY_MS,
    logger: quiet,
  },
};

async function openProducer(place: PeerPlace): Promise<PeerProducer> {
  const pool = await openPool(place, 1);
  return {
    enqueue: async (orders) => {
      for (const portion of portionsOf(orders, PORTION)) {
        const specs = portion.map((payload) => ({ identifier: TASK, payload }));
        await pool.query({ ...ADD_JOBS, values: [JSON.stringify(specs)] });
      }
    },
    close: () => pool.end(),
  };
}

/**
 * Its start takes a tenth of a second that no drain should count, and it begins by itself when it is up: so it is up from the opening on,
 * and its first jobs wait for the word. The pools are ours, for its own would be closed without a listener for errors.
 */
async function openWorker(place: PeerPlace): Promise<PeerWorker> {
  const [jobs, payments] = [await openPool(place, MAX_POOL_SIZE), await openPool(place, 1)];
  let committed: (payments: number) => void = () => undefined;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const batch = new MicroBatch<Order>(async (orders) => committed(await insertPayments(payments, orders)));
  const pay = async (payload: unknown): Promise<void> => {
    await begun;
    await charge(place.gatewayLatencyMs);
    await batch.add(payload as Order);
  };
  const runner = await run({ preset: PRESET, pgPool: jobs, taskList: { [TASK]: pay }, noHandleSignals: true });
  return {
    start: async (report) => {
      committed = report;
      begin();
    },
    close: async () => {
      begin(); // Jobs that wait for the word would be waited for.
      await runner.stop();
      await Promise.all([jobs.end(), payments.end()]);
    },
  };
}

async function prepare(place: PeerPlace): Promise<void> {
  await createPaymentTable(place);
  const pool = await openPool(place, 1);
  await runMigrations({ preset: PRESET, pgPool: pool });
  await pool.end();
}

export const graphileWorker: Peer = {
  name: 'graphile-worker',
  what: 'graphile-worker, tuned, one insert for all payments that wait',
  packages: ['graphile-worker', 'pg'],
  settings: [
    `concurrentJobs ${CONCURRENT_JOBS}: enough jobs under way that each insert carries hundreds; its page shows 24 for tasks without work`,
    `localQueue.size ${LOCAL_QUEUE_SIZE}, completeJobBatchDelay and failJobBatchDelay ${BATCH_DELAY_MS}: as its page "Performance" measures with`,
    'no refetchDelay: it spares the database when several instances find little to do; here is one',
    'prepared statements on: the default, to be turned off only behind a pooler that has none',
    `a pool of ${MAX_POOL_SIZE} connections: the default; with both kinds of batching its jobs need no connections`,
    `add_jobs in portions of ${PORTION}, one statement each, without reading the rows back`,
    `up before the clock starts, with its first ${LOCAL_QUEUE_SIZE} jobs fetched: its own start is not counted`,
    'one payment a job, one multi-row insert at a time on a connection of its own, as soon as the one before is done',
  ],
  lacks: [
    'no fence: a worker that was given up and wakes still writes; the primary key stops a second row',
    'after a crash its jobs stay locked for up to four hours (another product, Worker Pro, shortens that)',
    'no order a patient, unless each has a named queue, which takes one job at a time',
    'no idempotency key at the gateway: a worker that dies after the charge charges again',
    'it has what Relevo has not: a job can be added in the user\'s own transaction, and Redis is not needed',
  ],
  prepare,
  openProducer,
  openWorker,
  countCommitted: countPayments,
};
