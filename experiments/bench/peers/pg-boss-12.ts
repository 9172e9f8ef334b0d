/**
 * The current pg-boss with its batches and its notifications: a handler receives a list of jobs and
 * writes it with one insert; a worker that received a full list fetches again at once. It needs a
 * later Node.js than the project, so its processes run on that one (peer-node.ts).
 */
import type { PeerOrder, Peer, PeerPlace, PeerProducer, PeerWorker } from '../peer.js';
import { simulateCharge } from './gateway.js';
import {
  countPayments,
  createPaymentTable,
  insertPayments,
  openPeerPool,
} from './payment-table.js';
import { importLaterPackage } from './packages.js';
import { SERVER_OPTIONS_SETTING, toTunedUrl } from './pg-boss.js';
import { portionsOf } from './portions.js';

const QUEUE = 'payments';
/** Jobs per handler, and jobs per `insert`; as for pg-boss 10. */
const BATCH_SIZE = 5_000;
/** Workers in this process: one fetches while another writes. */
const WORKERS = 2;
/** The shortest interval that pg-boss accepts. */
const POLLING_INTERVAL_SECONDS = 0.5;
/** Wakes the workers when jobs arrive, instead of at the next poll. */
const NOTIFIED = { notify: true } as const;
/** For the benchmark of kills. */
const LEASE = { expireInSeconds: 5, retryLimit: 1_000, retryDelay: 0 } as const;

/** The part of an instance that is used here. */
interface Boss {
  on(event: 'error', listen: (error: Error) => void): void;
  start(): Promise<unknown>;
  stop(options: { graceful: boolean }): Promise<void>;
  createQueue(name: string, options: typeof NOTIFIED & Partial<typeof LEASE>): Promise<void>;
  insert(name: string, jobs: readonly { data: PeerOrder }[]): Promise<unknown>;
  work(
    queue: string,
    options: {
      batchSize: number;
      localConcurrency: number;
      pollingIntervalSeconds: number;
      notifyPollingIntervalSeconds: number;
      burstWhenBatchFull: boolean;
    },
    handle: (jobs: readonly { data: PeerOrder }[]) => Promise<void>,
  ): Promise<string>;
}

interface BossOptions {
  superviseIntervalSeconds?: number;
  monitorIntervalSeconds?: number;
  supervise?: boolean;
  migrate?: boolean;
  useListenNotify?: boolean;
}

interface Package {
  PgBoss: new (options: BossOptions & { connectionString: string; schedule: boolean }) => Boss;
}

/** @param options in addition to those of every instance here: no cron. */
async function startBoss(place: PeerPlace, options: BossOptions = {}): Promise<Boss> {
  const { PgBoss } = await importLaterPackage<Package>('pg-boss');
  const boss = new PgBoss({ connectionString: toTunedUrl(place), schedule: false, ...options });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  return boss;
}

async function openProducer(place: PeerPlace): Promise<PeerProducer> {
  const boss = await startBoss(place, { supervise: false, migrate: false });
  return {
    enqueue: async (orders) => {
      for (const portion of portionsOf(orders, BATCH_SIZE))
        await boss.insert(
          QUEUE,
          portion.map((data) => ({ data })),
        );
    },
    close: () => boss.stop({ graceful: true }),
  };
}

async function openWorker(place: PeerPlace): Promise<PeerWorker> {
  const boss = await startBoss(place, {
    migrate: false,
    useListenNotify: true,
    ...(place.kills ? { superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 } : {}),
  });
  const pool = await openPeerPool(place, WORKERS);
  const options = {
    batchSize: BATCH_SIZE,
    localConcurrency: WORKERS,
    pollingIntervalSeconds: POLLING_INTERVAL_SECONDS,
    notifyPollingIntervalSeconds: POLLING_INTERVAL_SECONDS,
    burstWhenBatchFull: true,
  };
  return {
    start: async (committed) => {
      await boss.work(QUEUE, options, async (jobs) => {
        const orders = jobs.map(({ data }) => data);
        await Promise.all(orders.map((order) => simulateCharge(place, order)));
        committed(await insertPayments(pool, orders));
      });
    },
    close: async () => {
      await boss.stop({ graceful: true });
      await pool.end();
    },
  };
}

async function prepare(place: PeerPlace): Promise<void> {
  await createPaymentTable(place);
  const boss = await startBoss(place, { supervise: false });
  await boss.createQueue(QUEUE, { ...NOTIFIED, ...(place.kills ? LEASE : {}) });
  await boss.stop({ graceful: true });
}

export const pgBoss12: Peer = {
  name: 'pg-boss-12',
  nodeLine: 24,
  what: 'pg-boss 12 on Node.js 24, tuned, one insert per batch',
  packages: ['pg-boss'],
  settings: [
    `batchSize ${BATCH_SIZE}, localConcurrency ${WORKERS}: its documentation advises batches for handlers that write lists, and several workers`,
    'burstWhenBatchFull: a worker that received a full batch fetches again at once',
    `notify: true and useListenNotify: jobs wake the workers; pollingIntervalSeconds ${POLLING_INTERVAL_SECONDS}, the shortest, as the fallback`,
    SERVER_OPTIONS_SETTING,
    `insert in portions of ${BATCH_SIZE}, one statement each`,
    'schedule: false (no cron), supervise: false in the producer; archiving and deletion after hours, the default, so never in a run',
    'one payment per job, one multi-row insert per batch',
  ],
  recovery: `a batch whose worker died waits for expireInSeconds ${LEASE.expireInSeconds} instead of 15 minutes, checked every second; retryLimit ${LEASE.retryLimit}: no job fails because its worker died`,
  lacks: [
    'no fence: a handler that timed out and wakes up still writes; the primary key prevents a second row',
    'a batch fails as a whole, unless the handler reports each job; after a crash its jobs wait until they expire, 15 minutes by default',
    'no order per patient with more than one worker, unless jobs have a group per patient',
    'no idempotency key at the gateway: a worker that dies after the charge charges again',
    "advantages over Relevo: a job can be added in the user's own transaction, and Redis is not needed",
  ],
  prepare,
  openProducer,
  openWorker,
  countCommitted: countPayments,
};
