/**
 * DBOS Transact: one durable workflow per payment, with the gateway's call and the insert as steps.
 * PostgreSQL stores the result of each step before the next one begins. A restarted process
 * continues its workflows after their last stored step.
 */
import type pg from 'pg';
import type { PeerOrder, Peer, PeerPlace, PeerProducer, PeerWorker } from '../peer.js';
import { simulateCharge } from './gateway.js';
import { MicroBatch } from './micro-batch.js';
import {
  countPayments,
  createPaymentTable,
  insertPayments,
  onConnection,
  openPeerPool,
} from './payment-table.js';
import { requirePeerPackage } from './packages.js';
import { portionsOf } from './portions.js';

const QUEUE = 'payments';
const WORKFLOW = 'pay';
/** Also the owner of the queue and of its workflows. */
const APPLICATION = 'bench';
/** One version for all processes: a workflow belongs to the version that enqueued it. */
const VERSION = '1';

/** Workflows in progress; each insert has as many payments as workflows wait for it. */
const WORKER_CONCURRENCY = 500;
/** Between two fetches, ms. */
const POLLING_INTERVAL_MS = 20;
const POOL_SIZE = 20;
/** Workflows per transaction of the producer. */
const PORTION = 1_000;
/** Longest wait for the workflows in progress when the worker closes, ms. */
const CLOSE_MS = 30_000;

/** The part of the package that is used here. */
interface Dbos {
  DBOS: {
    setConfig(config: object): void;
    launch(): Promise<void>;
    shutdown(options: { workflowCompletionTimeoutMS: number }): Promise<void>;
    registerQueue(name: string, options: object): Promise<unknown>;
    registerWorkflow(pay: (order: PeerOrder) => Promise<void>, options: { name: string }): unknown;
    runStep(step: () => Promise<void>, options: { name: string }): Promise<void>;
  };
  DBOSClient: {
    create(options: {
      systemDatabaseUrl: string;
      applicationName: string;
      logger: object;
    }): Promise<Client>;
  };
}

interface Client {
  enqueueInTransaction(
    client: pg.ClientBase,
    options: { queueName: string; workflowName: string; appVersion: string; workflowID: string },
    order: PeerOrder,
  ): Promise<unknown>;
  destroy(): Promise<void>;
}

const load = (): Dbos => requirePeerPackage<Dbos>('@dbos-inc/dbos-sdk');

/** Errors only: otherwise it would log every start. */
const ERRORS_ONLY = {
  info: () => undefined,
  debug: () => undefined,
  warn: () => undefined,
  error: (entry: unknown) => console.error(entry),
};

type Step = (order: PeerOrder) => Promise<void>;

/** The steps of the open worker. The package knows one workflow of a name per process. */
const steps: { charge: Step; write: Step } = {
  charge: async () => undefined,
  write: async () => undefined,
};
let isRegistered = false;

function registerOnce({ DBOS }: Dbos): void {
  if (isRegistered) return;
  isRegistered = true;
  const pay = async (order: PeerOrder): Promise<void> => {
    await DBOS.runStep(() => steps.charge(order), { name: 'charge' });
    await DBOS.runStep(() => steps.write(order), { name: 'write' });
  };
  DBOS.registerWorkflow(pay, { name: WORKFLOW });
}

async function launch(dbos: Dbos, { databaseUrl }: PeerPlace, migrates: boolean): Promise<void> {
  registerOnce(dbos);
  dbos.DBOS.setConfig({
    name: APPLICATION,
    systemDatabaseUrl: databaseUrl,
    systemDatabasePoolSize: POOL_SIZE,
    applicationVersion: VERSION,
    executorID: 'worker',
    runMigrations: migrates,
    logger: ERRORS_ONLY,
  });
  await dbos.DBOS.launch();
}

async function openProducer(place: PeerPlace): Promise<PeerProducer> {
  const client = await load().DBOSClient.create({
    systemDatabaseUrl: place.databaseUrl,
    applicationName: APPLICATION,
    logger: ERRORS_ONLY,
  });
  const options = { queueName: QUEUE, workflowName: WORKFLOW, appVersion: VERSION };
  return {
    enqueue: (orders) =>
      onConnection(place, async (connection) => {
        for (const portion of portionsOf(orders, PORTION)) {
          await connection.query('BEGIN');
          for (const order of portion)
            await client.enqueueInTransaction(
              connection,
              { ...options, workflowID: order.id },
              order,
            );
          await connection.query('COMMIT');
        }
      }),
    close: () => client.destroy(),
  };
}

/**
 * Launches before the measurement, because the launch also takes up the workflows of a dead
 * process. The first workflows wait for `start`.
 */
async function openWorker(place: PeerPlace): Promise<PeerWorker> {
  const dbos = load();
  const pool = await openPeerPool(place, 1);
  let committed: (payments: number) => void = () => undefined;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const batch = new MicroBatch<PeerOrder>(async (orders) =>
    committed(await insertPayments(pool, orders)),
  );
  steps.charge = async (order) => {
    await begun;
    await simulateCharge(place, order);
  };
  steps.write = (order) => batch.add(order);
  await launch(dbos, place, false);
  return {
    start: async (report) => {
      committed = report;
      begin();
    },
    close: async () => {
      begin(); // Otherwise `shutdown` would wait for the workflows that wait for `begin`.
      await dbos.DBOS.shutdown({ workflowCompletionTimeoutMS: CLOSE_MS });
      await pool.end();
    },
  };
}

async function prepare(place: PeerPlace): Promise<void> {
  await createPaymentTable(place);
  const dbos = load();
  await launch(dbos, place, true);
  await dbos.DBOS.registerQueue(QUEUE, {
    workerConcurrency: WORKER_CONCURRENCY,
    minPollingIntervalMs: POLLING_INTERVAL_MS,
  });
  await dbos.DBOS.shutdown({ workflowCompletionTimeoutMS: CLOSE_MS });
}

export const dbos: Peer = {
  name: 'dbos',
  what: 'DBOS Transact, a durable workflow of two steps per payment, one insert for all waiting payments',
  packages: ['@dbos-inc/dbos-sdk', 'pg'],
  settings: [
    `workerConcurrency ${WORKER_CONCURRENCY} on a queue: its documentation advises a limit per process; enough workflows for hundreds of rows per insert`,
    `minPollingIntervalMs ${POLLING_INTERVAL_MS}: our tuning; the default of 1,000 would limit the rate to ${WORKER_CONCURRENCY} per second`,
    `systemDatabasePoolSize ${POOL_SIZE}, where the default is 10: each step ends with a write to its tables`,
    `enqueueInTransaction in portions of ${PORTION}: it has no public call for many workflows`,
    'the gateway call and the insert are steps: its documentation demands a step for everything outside the workflow',
    'launched before the measurement, with its first workflows fetched: its own start is not counted',
    'one payment per workflow, one multi-row insert at a time on its own connection, as soon as the previous one is done',
  ],
  recovery:
    'launch takes up the workflows of the dead process after their last stored step; 100 attempts, the default',
  lacks: [
    'no fence: a process that is considered dead and wakes up still writes; the primary key prevents a second row',
    'a step that was done and not yet stored is done again: the gateway call has no idempotency key',
    'without its commercial Conductor, another process takes up the work of a dead one only when it starts under the same executor ID',
    'no order per patient, unless the queue has a partition per patient',
    "advantages over Relevo: any workflow of many steps, can be added in the user's own transaction, and Redis is not needed",
  ],
  prepare,
  openProducer,
  openWorker,
  countCommitted: countPayments,
};
