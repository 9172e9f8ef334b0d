/**
 * graphile-worker with the settings of its page on performance, and with a micro-batched insert in
 * its task. The queue is in PostgreSQL, so that a job can be added in the user's own transaction.
 * One payment stays one job; a job with a list of payments would be a parcel.
 */
import type { Pool } from 'pg';
import type { PeerOrder, Peer, PeerPlace, PeerProducer, PeerWorker } from '../peer.js';
import { simulateCharge } from './gateway.js';
import { MicroBatch } from './micro-batch.js';
import {
  countPayments,
  createPaymentTable,
  insertPayments,
  openPeerPool,
} from './payment-table.js';
import { requirePeerPackage } from './packages.js';
import { portionsOf } from './portions.js';

const TASK = 'pay';

/**
 * Concurrent jobs. Its page shows 24 for tasks without work; here each insert has as many payments
 * as jobs wait for it.
 */
const CONCURRENT_JOBS = 500;
/** Jobs fetched by one statement: as on its page. */
const LOCAL_QUEUE_SIZE = 500;
/**
 * Time in which completions are collected, ms: the next statement completes the jobs that ended
 * meanwhile. As on its page.
 */
const BATCH_DELAY_MS = 0;
/**
 * Fetching and completing use one statement at a time each, so jobs need no connection of their
 * own.
 */
const MAX_POOL_SIZE = 10;
/** Jobs per `add_jobs`. */
const PORTION = 5_000;

/** The bulk function of its SQL API, without reading its rows. */
const ADD_JOBS = {
  name: 'add-jobs',
  text: `SELECT count(*) FROM graphile_worker.add_jobs(ARRAY(SELECT json_populate_recordset(NULL::graphile_worker.job_spec, $1::json)))`,
};

/**
 * Errors only: otherwise it would log every job, and warn of fewer connections than jobs, which is
 * intended.
 */
const logErrors = () => (level: string, message: string) => {
  if (level === 'error') console.error(message);
};

/** The part of the package that is used here. */
interface GraphileWorker {
  Logger: new (createLog: typeof logErrors) => object;
  runMigrations(options: { preset: Preset; pgPool: Pool }): Promise<void>;
  run(options: {
    preset: Preset;
    pgPool: Pool;
    taskList: Record<string, (payload: unknown) => Promise<void>>;
    noHandleSignals: boolean;
  }): Promise<{ stop(): Promise<void> }>;
}

const load = (): GraphileWorker => requirePeerPackage<GraphileWorker>('graphile-worker');

/** The jobs of a dead worker, which its documentation unlocks in this way when it is known dead. */
const UNLOCK = `SELECT graphile_worker.force_unlock_workers(array_agg(DISTINCT locked_by))
                  FROM graphile_worker.jobs WHERE locked_by IS NOT NULL`;

const createPreset = ({ Logger }: GraphileWorker) => ({
  worker: {
    concurrentJobs: CONCURRENT_JOBS,
    localQueue: { size: LOCAL_QUEUE_SIZE },
    completeJobBatchDelay: BATCH_DELAY_MS,
    failJobBatchDelay: BATCH_DELAY_MS,
    logger: new Logger(logErrors),
  },
});
type Preset = ReturnType<typeof createPreset>;

async function openProducer(place: PeerPlace): Promise<PeerProducer> {
  const pool = await openPeerPool(place, 1);
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
 * Its start takes a tenth of a second, which no drain should include, and it begins to work when it
 * has started. Therefore it starts when the worker is opened, and its first jobs wait for `start`.
 * The pools are our own, because its pools would be closed without a listener for errors.
 */
async function openWorker(place: PeerPlace): Promise<PeerWorker> {
  const graphile = load();
  const [jobs, payments] = [await openPeerPool(place, MAX_POOL_SIZE), await openPeerPool(place, 1)];
  if (place.kills) await jobs.query(UNLOCK);
  let committed: (payments: number) => void = () => undefined;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const batch = new MicroBatch<PeerOrder>(async (orders) =>
    committed(await insertPayments(payments, orders)),
  );
  const pay = async (payload: unknown): Promise<void> => {
    await begun;
    const order = payload as PeerOrder;
    await simulateCharge(place, order);
    await batch.add(order);
  };
  const runner = await graphile.run({
    preset: createPreset(graphile),
    pgPool: jobs,
    taskList: { [TASK]: pay },
    noHandleSignals: true,
  });
  return {
    start: async (report) => {
      committed = report;
      begin();
    },
    close: async () => {
      begin(); // Otherwise `stop` would wait for the jobs that wait for `begin`.
      await runner.stop();
      await Promise.all([jobs.end(), payments.end()]);
    },
  };
}

async function prepare(place: PeerPlace): Promise<void> {
  await createPaymentTable(place);
  const graphile = load();
  const pool = await openPeerPool(place, 1);
  await graphile.runMigrations({ preset: createPreset(graphile), pgPool: pool });
  await pool.end();
}

export const graphileWorker: Peer = {
  name: 'graphile-worker',
  what: 'graphile-worker, tuned, one insert for all waiting payments',
  packages: ['graphile-worker', 'pg'],
  settings: [
    `concurrentJobs ${CONCURRENT_JOBS}: enough jobs for hundreds of rows per insert; its page shows 24 for tasks without work`,
    `localQueue.size ${LOCAL_QUEUE_SIZE}, completeJobBatchDelay and failJobBatchDelay ${BATCH_DELAY_MS}: as in the measurements of its page "Performance"`,
    'no refetchDelay: it relieves the database when several instances find few jobs; here there is one',
    'prepared statements on: the default, to be turned off only behind a pooler without support',
    `a pool of ${MAX_POOL_SIZE} connections: the default; with both kinds of batching its jobs need no connections`,
    `add_jobs in portions of ${PORTION}, one statement each, without reading the rows back`,
    `started before the measurement, with its first ${LOCAL_QUEUE_SIZE} jobs fetched: its own start is not counted`,
    'one payment per job, one multi-row insert at a time on its own connection, as soon as the previous one is done',
  ],
  recovery:
    'a restarted worker unlocks the jobs of the dead one with force_unlock_workers, as documented, instead of after four hours; 25 attempts, the default',
  lacks: [
    'no fence: a worker that is considered dead and wakes up still writes; the primary key prevents a second row',
    'after a crash its jobs stay locked for up to four hours (another product, Worker Pro, shortens that)',
    'no order per patient, unless each has a named queue, which processes one job at a time',
    'no idempotency key at the gateway: a worker that dies after the charge charges again',
    "advantages over Relevo: a job can be added in the user's own transaction, and Redis is not needed",
  ],
  prepare,
  openProducer,
  openWorker,
  countCommitted: countPayments,
};
