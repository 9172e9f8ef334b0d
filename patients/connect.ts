/**
 * Connects the parts of one patients instance: two pools to PostgreSQL (one connection for inserts)
 * and three connections to Redis (sending parcels, receiving outcomes, sessions). Nothing here
 * waits for Redis, which may be unavailable at the start and later.
 */
import type { RequestHandler } from 'express';
import type { Redis } from 'ioredis';
import { DEFAULT_CHECK } from '../shared/balancer/pool.js';
import { systemClock, type Clock } from '../shared/clock.js';
import type { Logger } from '../shared/observability/logger.js';
import { schemaOf } from '../shared/postgres/connection-settings.js';
import { readAcceptance } from '../shared/postgres/acceptance.js';
import { createPool, type Pool } from '../shared/postgres/postgres.js';
import { measureDependencies } from '../shared/observability/metrics.js';
import { openQueue } from '../shared/queue/reconnecting-queue.js';
import { connectRedis, outcomeChannel } from '../shared/queue/queue.js';
import { postgresTakesWrites, redisTakesWrites } from '../shared/write-probes.js';
import { Acceptance, ACCEPTANCE_LOOK_MS } from './accept/acceptance.js';
import { createAcceptor, PARTITION, type Acceptor } from './accept/accept.js';
import { Backlog } from './accept/backlog.js';
import { startConversion } from './records/code-conversion.js';
import type { PatientsConfig } from './config.js';
import { Semaphore } from '../shared/core/semaphore.js';
import { createDispatch, type Dispatch } from './accept/dispatch.js';
import { createIdentify, type Identify } from './records/identification.js';
import { createKnownPatients, type KnownPatients } from './accept/known-patients.js';
import { Outcomes } from './outcomes/outcomes.js';
import {
  findEndedPayments,
  finalPayments,
  lookAtBacklog,
  paymentsByKey,
} from './records/payment-rows.js';
import { createPrisma } from './records/prisma.js';
import { createRecords, type Records } from './records/records.js';
import { createStaffRecords, type StaffRecords } from './records/staff-records.js';
import { createOverloadGuard, type OverloadGuard } from './http/overload-guard.js';
import { createLimits, type Limits } from './web/limits.js';
import { createSessions } from './web/session.js';
import { lockWaitSetting } from './accept/wary-insert.js';

/** The dependencies of the request handlers. */
export interface PatientsDeps {
  config: PatientsConfig;
  logger: Logger;
  clock: Clock;
  reads: Pool;
  acceptor: Acceptor;
  /** Whether operators let new payments in. */
  acceptance: Acceptance;
  backlog: Backlog;
  /** Limits the payments of all batches in progress. */
  batchRoom: Semaphore;
  outcomes: Outcomes;
  patients: KnownPatients;
  records: Records;
  /** Further reads of the staff's pages. */
  staff: StaffRecords;
  /** Finds the patient that matches four facts. */
  identify: Identify;
  /** Attaches the session to a request; only on the paths of the pages and of `/whoami`. */
  sessions: RequestHandler;
  /** How many wrong attempts are allowed. */
  limits: Limits;
  overload: OverloadGuard;
  /** The reachable dependencies, by name. */
  checks(): Promise<Record<string, boolean>>;
}

export interface PatientsService extends PatientsDeps {
  /** Closes all connections; call it when no request is in progress. */
  close(): Promise<void>;
}

/**
 * Longest time PostgreSQL or Redis may take to answer a write probe, in ms, including the wait for
 * a free connection. Half of what a balancer waits for `/readyz`: an instance that is not ready
 * must answer in time, because a balancer ends the requests of a silent one.
 */
const PROBE_MS = DEFAULT_CHECK.timeoutMs / 2;

interface Delivery {
  dispatch: Dispatch;
  /** Whether Redis takes writes. */
  reachable(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Subscribes on every connection and reconnection, then catches up, because events published in
 * between are lost.
 */
async function subscribe(
  subscriber: Redis,
  config: PatientsConfig,
  logger: Logger,
  outcomes: Outcomes,
): Promise<void> {
  try {
    await subscriber.subscribe(outcomeChannel(config.queuePrefix));
    await outcomes.catchUp();
  } catch (error) {
    logger.debug(
      { err: error },
      'could not subscribe to outcome events; retrying on the next connection',
    );
  }
}

function openDelivery(config: PatientsConfig, logger: Logger, outcomes: Outcomes): Delivery {
  const producer = connectRedis(config.redisUrl, 'fail-fast', logger);
  const subscriber = connectRedis(config.redisUrl, 'wait', logger);
  const queue = openQueue(0, config.queuePrefix, producer);
  const dispatch = createDispatch({ queue, logger });
  subscriber.on('message', (_channel, message) => void outcomes.onEvent(message));
  subscriber.on('ready', () => void subscribe(subscriber, config, logger, outcomes));
  return {
    dispatch,
    reachable: () =>
      redisTakesWrites(producer, { prefix: config.queuePrefix, id: config.id, ms: PROBE_MS }),
    async close() {
      await dispatch.idle();
      subscriber.disconnect();
      producer.disconnect();
    },
  };
}

interface Core extends Pick<PatientsDeps, 'config' | 'logger' | 'clock' | 'reads'> {
  /** Inserts payments, one group at a time. */
  inserts: Pool;
}

function openPools(config: PatientsConfig, logger: Logger, clock: Clock): Core {
  const pool = (name: string, max: number, settings = ''): Pool =>
    createPool(
      {
        url: config.databaseUrl,
        name: `${config.id} ${name}`,
        max,
        statementTimeoutMs: config.statementTimeoutMs,
        settings,
      },
      logger,
    );
  const inserts = pool('accept', 1, lockWaitSetting(config));
  return { config, logger, clock, inserts, reads: pool('reads', config.readPoolMax) };
}

const createOutcomes = ({ reads, clock, logger, config }: Core): Outcomes =>
  new Outcomes({
    readFinal: (ids) => finalPayments(reads, ids),
    readEnded: (ids) => findEndedPayments(reads, ids),
    clock,
    logger,
    config,
  });

const createBacklog = ({ reads, clock, logger, config }: Core): Backlog =>
  new Backlog({
    measure: (from) => lookAtBacklog(reads, PARTITION, from),
    byKey: (keys) => paymentsByKey(reads, keys),
    clock,
    logger,
    config,
  });

interface Polled {
  outcomes: Outcomes;
  backlog: Backlog;
  acceptance: Acceptance;
  delivery: Delivery;
}

/** Polls outcomes, the backlog, the switch of the acceptance and Redis. @returns the end of it. */
function startPolls(
  config: PatientsConfig,
  { outcomes, backlog, acceptance, delivery }: Polled,
): () => void {
  const polls = [
    setInterval(() => void outcomes.poll(), config.outcomePollMs),
    setInterval(() => void acceptance.look(), ACCEPTANCE_LOOK_MS),
    setInterval(() => {
      void backlog.look();
      void delivery.reachable().then((redis) => measureDependencies({ redis }));
    }, config.backlogLookMs),
  ];
  void backlog.look();
  void acceptance.look();
  return () => polls.forEach(clearInterval);
}

/** Opens the connections of an instance. None of them needs to succeed now. */
export function openPatients(
  config: PatientsConfig,
  logger: Logger,
  clock: Clock = systemClock,
): PatientsService {
  const core = openPools(config, logger, clock);
  const { inserts, reads } = core;
  const prisma = createPrisma(reads, schemaOf(config.databaseUrl));
  const outcomes = createOutcomes(core);
  const backlog = createBacklog(core);
  const delivery = openDelivery(config, logger, outcomes);
  const acceptance = new Acceptance({ read: () => readAcceptance(reads), logger });
  const endPolls = startPolls(config, { outcomes, backlog, acceptance, delivery });
  const web = connectRedis(config.redisUrl, 'bounded', logger);
  const staff = createStaffRecords(reads);
  const conversion = startConversion({ db: reads, logger });
  const overload = createOverloadGuard(config, logger);

  return {
    config,
    logger,
    clock,
    reads,
    outcomes,
    backlog,
    acceptance,
    batchRoom: new Semaphore(config.batchPaymentsMax),
    acceptor: createAcceptor({ inserts, reads, dispatch: delivery.dispatch, clock, config }),
    patients: createKnownPatients(reads, clock),
    records: createRecords(prisma, reads, config.timeZone),
    staff,
    identify: createIdentify(staff),
    sessions: createSessions(config, web, clock, logger),
    limits: createLimits(config, web),
    overload,
    checks: async () => {
      const [postgres, redis] = await Promise.all([
        postgresTakesWrites(reads, PROBE_MS),
        delivery.reachable(),
      ]);
      return { postgres, redis, backlog: backlog.open, load: !overload.isRefusing() };
    },
    async close() {
      endPolls();
      overload.close();
      await conversion.stop();
      await delivery.close();
      web.disconnect();
      await prisma.$disconnect();
      await Promise.all([inserts.end(), reads.end()]);
    },
  };
}
