/**
 * Assembles a replica: connections → gateway → role → HTTP. Exported, so that tests control start
 * and shutdown.
 */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { systemClock } from '../shared/clock.js';
import { openQueue } from '../shared/queue/reconnecting-queue.js';
import { closeServer, leave, listen } from '../shared/http/http.js';
import { readLeadership } from '../shared/postgres/leadership-store.js';
import { KEYED_PLANS } from '../shared/postgres/ledger.js';
import type { Logger } from '../shared/observability/logger.js';
import { createPool } from '../shared/postgres/postgres.js';
import { connectRedis, outcomeChannel } from '../shared/queue/queue.js';
import { seededRandom } from '../shared/random.js';
import type { ShutdownStep } from '../shared/shutdown.js';
import type { PaymentsConfig } from './config.js';
import type { RetryPolicy } from './core/retry.js';
import { createHttpGateway } from './gateway/http.js';
import type { Gateway } from './core/gateway.js';
import { createSimulatedGateway } from './gateway/simulated.js';
import { withMetrics } from './gateway/with-metrics.js';
import { withSlots } from './gateway/with-slots.js';
import { createPaymentsApp } from './http/app.js';
import { BeatStreams } from './http/stream.js';
import { measureReport } from './metrics.js';
import type { ParcelWorkerOptions } from './parcel-worker.js';
import { Probes } from './probes.js';
import { WarmUp } from './warm-up.js';
import { Replica, type ReplicaOptions } from './replica.js';

/** The only partition; every key contains it so that there can be more. */
const PARTITION = 0;
/**
 * Parcels that a new leader begins before its worker runs: enough work until the worker delivers
 * more.
 */
const PREFETCH_MAX = 8;
/**
 * Payments in flight per concurrent call: a parcel ends with its slowest call, and meanwhile other
 * parcels use the connections.
 */
const IN_FLIGHT_PER_SOCKET = 4;
/**
 * Minimum number of attempts before a payment may be given up, also after a long outage of the
 * gateway.
 */
const LEAST_ATTEMPTS = 5;
/** Share of the shutdown time in which a leader may finish its work in flight. */
const DRAIN_SHARE = 0.6;

function createGateway(config: PaymentsConfig): Gateway {
  if (config.gateway === 'simulated') {
    return createSimulatedGateway({
      latencyMs: config.gatewayLatencyMs,
      declineRatio: config.gatewayDeclineRatio,
      seed: config.gatewaySeed,
    });
  }
  return createHttpGateway({
    url: config.gatewayUrl,
    token: config.internalToken,
    timeoutMs: config.gatewayTimeoutMs,
    maxSockets: config.gatewayMaxSockets,
    healthPath: config.gatewayHealthPath,
  });
}

/**
 * The limit of payments in flight. Payments beyond the gateway's capacity would only wait, and the
 * next leader would repeat them.
 */
const inFlightMax = ({ gateway, gatewayMaxSockets, paymentsInFlight }: PaymentsConfig): number =>
  gateway === 'http'
    ? Math.min(paymentsInFlight, gatewayMaxSockets * IN_FLIGHT_PER_SOCKET)
    : paymentsInFlight;

const retryPolicy = ({ giveUpAfterMs, retryBaseMs, retryCapMs }: PaymentsConfig): RetryPolicy => ({
  leastAttempts: LEAST_ATTEMPTS,
  giveUpAfterMs,
  baseMs: retryBaseMs,
  capMs: retryCapMs,
});

function openGateway(config: PaymentsConfig): Gateway {
  const timed = withMetrics(createGateway(config));
  return config.gateway === 'http' ? withSlots(timed, config.gatewayMaxSockets) : timed;
}

/**
 * Longest wait of a commit for a lock, in ms. After it the leader finds out which payments are
 * locked, and commits the others.
 */
const LOCK_WAIT_MS = 500;

function createConnections(config: PaymentsConfig, logger: Logger) {
  const { databaseUrl: url, statementTimeoutMs } = config;
  const lockWait = `-c lock_timeout=${Math.min(LOCK_WAIT_MS, Math.floor(statementTimeoutMs / 2))}`;
  const pool = (name: string, max: number, settings = KEYED_PLANS) =>
    createPool({ url, statementTimeoutMs, settings, name: `${config.id}-${name}`, max }, logger);
  const redis = connectRedis(config.redisUrl, 'fail-fast', logger);
  const queue = openQueue(PARTITION, config.queuePrefix, redis);
  return {
    loads: pool('load', 1),
    commits: pool('commit', 1, `${KEYED_PLANS} ${lockWait}`),
    backgroundPool: pool('watch', 2),
    redis,
    queue,
  };
}

type Connections = ReturnType<typeof createConnections>;

const workerOptions = (config: PaymentsConfig, logger: Logger): ParcelWorkerOptions => ({
  partition: PARTITION,
  redisUrl: config.redisUrl,
  prefix: config.queuePrefix,
  concurrency: config.parcelsInFlight,
  logger,
});

export interface RunningReplica {
  replica: Replica;
  server: Server;
  /** Shutdown steps, in order. */
  steps: ShutdownStep[];
}

type ReplicaParts = Pick<
  ReplicaOptions,
  'bootId' | 'gateway' | 'logger' | 'reaches' | 'onRoleChange' | 'onFatal'
>;

function createReplica(
  config: PaymentsConfig,
  { loads, commits, backgroundPool, redis, queue }: Connections,
  parts: ReplicaParts,
): Replica {
  const channel = outcomeChannel(config.queuePrefix);
  return new Replica({
    ...parts,
    id: config.id,
    partition: PARTITION,
    loads,
    commits,
    backgroundPool,
    redis,
    queue,
    prefetchMax: Math.min(PREFETCH_MAX, config.parcelsInFlight),
    inFlightMax: inFlightMax(config),
    clock: systemClock,
    random: seededRandom(Date.now(), parts.bootId),
    policy: retryPolicy(config),
    relayIntervalMs: config.relayIntervalMs,
    relayGraceMs: config.relayGraceMs,
    gatewayTimeoutMs: config.gateway === 'http' ? config.gatewayTimeoutMs : 0,
    resumeMs: config.standDownResumeMs,
    workerOptions: workerOptions(config, parts.logger),
    // A failed publication is ignored: patients also read the rows.
    publish: (event) => void redis.publish(channel, JSON.stringify(event)).catch(() => undefined),
  });
}

/**
 * @throws Error when the port is in use. @param onFatal called when an invariant broke: the process
 *   must end.
 */
export async function startPayments(
  config: PaymentsConfig,
  logger: Logger,
  onFatal: (error: unknown) => void,
): Promise<RunningReplica> {
  const connections = createConnections(config, logger);
  const { backgroundPool, redis } = connections;
  const { id, queuePrefix: prefix, faults } = config;
  const gateway = openGateway(config);
  const probes = new Probes({ pool: backgroundPool, redis, gateway, prefix, id });
  const warmUp = new WarmUp({ ...connections, partition: PARTITION, id });
  const bootId = randomUUID();
  const replica: Replica = createReplica(config, connections, {
    bootId,
    gateway,
    logger,
    reaches: () => probes.reaches,
    onRoleChange: (role, term) => {
      logger.info({ role, term }, `${id} is ${role} in term ${term}`);
      streams.beat();
    },
    onFatal,
  });
  const streams = new BeatStreams(() => replica.report(), config.beatIntervalMs);
  redis.on('ready', () => replica.onRedisReturned());
  const timers = startTimers(config, replica, () => readLeadership(backgroundPool, PARTITION));
  probes.start();
  void warmUp.start();
  streams.start();
  const tokens = {
    api: config.apiToken,
    operator: config.operatorToken,
    internal: config.internalToken,
  };
  const app = createPaymentsApp({ replica, streams, probes, tokens, faults, logger });
  const server = await listen(app, config.port, config.host);
  const { role, term } = replica.report();
  logger.info({ port: config.port, bootId, role, term }, `${id} is ready`);
  const stopPolling = (): void => (timers.forEach(clearInterval), probes.stop(), warmUp.stop());
  const steps = createShutdownSteps(config, connections, { replica, server, streams, stopPolling });
  return { replica, server, steps };
}

interface RunningParts {
  replica: Replica;
  server: Server;
  streams: BeatStreams;
  stopPolling: () => void;
}

const createShutdownSteps = (
  config: PaymentsConfig,
  { loads, commits, backgroundPool, redis }: Connections,
  { replica, server, streams, stopPolling }: RunningParts,
): ShutdownStep[] => [
  {
    name: 'finish the work in flight',
    run: () => (leave(server), leaveLeadership(replica, config.shutdownMs * DRAIN_SHARE)),
  },
  { name: 'close the beat streams', run: () => streams.close() },
  { name: 'stop polling', run: stopPolling },
  { name: 'stop listening', run: () => closeServer(server) },
  { name: 'close the worker', run: () => replica.close() },
  {
    name: 'close connections',
    run: () => (
      redis.disconnect(),
      Promise.all([loads.end(), commits.end(), backgroundPool.end()])
    ),
  },
];

/**
 * Polls the leadership row and runs the replica's ticks. The polls find a promotion, or a higher
 * term, that no monitor could deliver.
 */
function startTimers(
  config: PaymentsConfig,
  replica: Replica,
  read: () => Promise<Parameters<Replica['applyLeadership']>[0]>,
): NodeJS.Timeout[] {
  const poll = setInterval(
    () =>
      void read().then(
        (news) => replica.applyLeadership(news),
        () => undefined,
      ),
    config.leadershipPollMs,
  );
  const tick = setInterval(() => {
    replica.tick();
    measureReport(replica.report());
  }, config.beatIntervalMs);
  return [poll, tick];
}

async function leaveLeadership(replica: Replica, deadlineMs: number): Promise<void> {
  const finished = replica.standDown(replica.report().term);
  if (finished)
    await Promise.race([
      finished,
      new Promise((resolve) => setTimeout(resolve, deadlineMs).unref()),
    ]);
}
