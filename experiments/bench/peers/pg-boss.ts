/**
 * pg-boss with its batches: a handler receives a list of jobs and writes it with one insert. The
 * queue is in PostgreSQL, so that a job can be added in the user's own transaction. pg-boss polls;
 * a worker that found jobs polls again at once.
 */
import { sleep } from '../../../shared/clock.js';
import type { PeerOrder, Peer, PeerPlace, PeerProducer, PeerWorker } from '../peer.js';
import { simulateCharge } from './gateway.js';
import {
  countPayments,
  createPaymentTable,
  insertPayments,
  openPeerPool,
} from './payment-table.js';
import { requirePeerPackage } from './packages.js';
import { portionsOf } from './portions.js';

const QUEUE = 'payments';

/**
 * Jobs per handler. Each fetch sorts all waiting jobs, so a few large fetches cost less than many
 * small ones.
 */
const BATCH_SIZE = 5_000;
/**
 * Workers in this process: one fetches while another writes. They start at different times, so that
 * one of the two polls every quarter of a second.
 */
const POLLERS = 2;
/** The shortest interval that pg-boss accepts. */
const POLLING_INTERVAL_SECONDS = 0.5;
/**
 * Our own tuning, not in its documentation. On such new tables PostgreSQL expects one active job,
 * and the statement that completes a batch then compares every active job with every job of the
 * batch: for 20,000 jobs in batches of 1,000, about 9 s of PostgreSQL's time instead of 1.5 s.
 * Statistics of an older table might prevent this; that was not tried.
 */
const SERVER_OPTIONS = '-c enable_nestloop=off';
/** The reason, for the list of settings. */
export const SERVER_OPTIONS_SETTING = `connections with "${SERVER_OPTIONS}": our tuning, not in its documentation; otherwise PostgreSQL's plan for completing jobs is bad on new tables`;
/** For the benchmark of kills. */
const LEASE = { name: QUEUE, expireInSeconds: 5, retryLimit: 1_000, retryDelay: 0 } as const;
/** Jobs per `insert`. */
const PORTION = 5_000;

/** The part of an instance that is used here. */
interface Boss {
  on(event: 'error', listen: (error: Error) => void): void;
  start(): Promise<unknown>;
  stop(options: { wait: boolean }): Promise<void>;
  createQueue(name: string, options?: typeof LEASE): Promise<void>;
  insert(jobs: readonly { name: string; data: PeerOrder }[]): Promise<unknown>;
  /** @returns the id of the worker, for `notifyWorker`. */
  work(
    queue: string,
    options: { batchSize: number; pollingIntervalSeconds: number; priority: boolean },
    handle: (jobs: readonly { data: PeerOrder }[]) => Promise<void>,
  ): Promise<string>;
  notifyWorker(id: string): void;
}

interface BossOptions {
  maintenanceIntervalSeconds?: number;
  supervise?: boolean;
  migrate?: boolean;
}

/** The export of the package. */
type BossClass = new (
  options: BossOptions & { connectionString: string; schedule: boolean },
) => Boss;

/** The address for an instance of pg-boss, with the tuning. */
export function toTunedUrl({ databaseUrl }: Pick<PeerPlace, 'databaseUrl'>): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', SERVER_OPTIONS);
  return url.href;
}

/** @param options in addition to those of every instance here: no cron. */
async function startBoss(place: PeerPlace, options: BossOptions = {}): Promise<Boss> {
  const PgBoss = requirePeerPackage<BossClass>('pg-boss');
  const boss = new PgBoss({ connectionString: toTunedUrl(place), schedule: false, ...options });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  return boss;
}

async function openProducer(place: PeerPlace): Promise<PeerProducer> {
  const boss = await startBoss(place, { supervise: false, migrate: false });
  return {
    enqueue: async (orders) => {
      for (const portion of portionsOf(orders, PORTION))
        await boss.insert(portion.map((data) => ({ name: QUEUE, data })));
    },
    close: () => boss.stop({ wait: true }),
  };
}

/** Adds a poller. A handler with jobs notifies its own poller not to wait for the interval. */
async function addPoller(
  boss: Boss,
  handle: (orders: readonly PeerOrder[]) => Promise<void>,
): Promise<void> {
  let id = '';
  const options = {
    batchSize: BATCH_SIZE,
    pollingIntervalSeconds: POLLING_INTERVAL_SECONDS,
    priority: false,
  };
  id = await boss.work(QUEUE, options, async (jobs) => {
    boss.notifyWorker(id);
    await handle(jobs.map(({ data }) => data));
  });
}

async function openWorker(place: PeerPlace): Promise<PeerWorker> {
  const boss = await startBoss(place, {
    migrate: false,
    ...(place.kills ? { maintenanceIntervalSeconds: 1 } : {}),
  });
  const pool = await openPeerPool(place, POLLERS);
  return {
    start: async (committed) => {
      const handle = async (orders: readonly PeerOrder[]): Promise<void> => {
        await Promise.all(orders.map((order) => simulateCharge(place, order)));
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
  await boss.createQueue(QUEUE, ...(place.kills ? [LEASE] : []));
  await boss.stop({ wait: true });
}

export const pgBoss: Peer = {
  name: 'pg-boss',
  what: 'pg-boss, tuned, one insert per batch',
  packages: ['pg-boss', 'pg'],
  settings: [
    `batchSize ${BATCH_SIZE}, ${POLLERS} workers: its documentation advises batches for handlers that write lists, and several workers`,
    `pollingIntervalSeconds ${POLLING_INTERVAL_SECONDS}, the shortest; a worker that found jobs calls notifyWorker to fetch again at once`,
    'priority: false: jobs are fetched by age alone',
    SERVER_OPTIONS_SETTING,
    `insert in portions of ${PORTION}, one statement each`,
    'schedule: false (no cron), supervise: false in the producer; archiving and deletion after hours, the default, so never in a run',
    'one payment per job, one multi-row insert per batch',
  ],
  recovery: `a batch whose worker died waits for expireInSeconds ${LEASE.expireInSeconds} instead of 15 minutes, checked every second; retryLimit ${LEASE.retryLimit}: no job fails because its worker died`,
  lacks: [
    'no fence: a handler that timed out and wakes up still writes; the primary key prevents a second row',
    'a batch fails as a whole; after a crash its jobs wait until they expire, 15 minutes by default',
    'no order per patient with more than one worker',
    'no idempotency key at the gateway: a worker that dies after the charge charges again',
    "advantages over Relevo: a job can be added in the user's own transaction, and Redis is not needed",
  ],
  prepare,
  openProducer,
  openWorker,
  countCommitted: countPayments,
};
