/**
 * Assembles a replica: connections → gateway → role → HTTP. Exported, so that tests control start
 * and shutdown.
 */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { systemClock } from '../shared/clock.js';
import { closeServer, leave, listen } from '../shared/http/http.js';
import { readLeadership } from '../shared/postgres/leadership-store.js';
import type { Logger } from '../shared/observability/logger.js';
import { outcomeChannel } from '../shared/queue/queue.js';
import { seededRandom } from '../shared/random.js';
import type { ShutdownStep } from '../shared/shutdown.js';
import type { PaymentsConfig } from './config.js';
import { openConnections, type Connections } from './connections.js';
import { EarlyWork } from './early-work.js';
import { EarlyCharges } from './gateway/early-charges.js';
import { GatewayWatch } from './gateway/gateway-watch.js';
import { openGateway } from './gateway/open.js';
import { createPaymentsApp } from './http/app.js';
import { BeatStreams } from './http/stream.js';
import { measureReport } from './metrics.js';
import type { ParcelWorkerOptions } from './parcel-worker.js';
import { Probes } from './probes.js';
import { toPolicy } from './policy.js';
import { WarmUp } from './warm-up.js';
import { Replica, type ReplicaOptions } from './replica.js';

/** The only partition; every key contains it so that there can be more. */
const PARTITION = 0;
/** Share of the shutdown time in which a leader may finish its work in flight. */
const DRAIN_SHARE = 0.6;

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
  'gateway' | 'logger' | 'reaches' | 'commitsWait' | 'gatewayReport'
> &
  Pick<ReplicaOptions['identity'], 'bootId'> &
  Pick<ReplicaOptions['events'], 'onRoleChange' | 'onFatal'>;

function createReplica(
  config: PaymentsConfig,
  { database, queue }: Connections,
  { bootId, onRoleChange, onFatal, gateway, ...parts }: ReplicaParts,
): Replica {
  const channel = outcomeChannel(config.queuePrefix);
  const policy = toPolicy(config);
  const charges = new EarlyCharges(gateway);
  const { logger } = parts;
  return new Replica({
    identity: { id: config.id, bootId, partition: PARTITION },
    database,
    queue,
    workerOptions: workerOptions(config, logger),
    clock: systemClock,
    random: seededRandom(Date.now(), bootId),
    policy,
    gateway: charges.gateway,
    early: new EarlyWork({ partition: PARTITION, database, queue, policy, charges, logger }),
    events: {
      // A failed publication is ignored: patients also read the rows.
      publish: (event) =>
        void queue.redis.publish(channel, JSON.stringify(event)).catch(() => undefined),
      onRoleChange,
      onFatal,
    },
    ...parts,
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
  const connections = openConnections(config, PARTITION, logger);
  const { database, queue } = connections;
  const { redis } = queue;
  const pool = database.background;
  const { id, queuePrefix: prefix, faults } = config;
  const gatewayWatch = new GatewayWatch(systemClock);
  const gateway = openGateway(config, gatewayWatch);
  const probes = new Probes({ pool, redis, gateway, prefix, id });
  const warmUp = new WarmUp({ database, queue, partition: PARTITION, id });
  const bootId = randomUUID();
  const replica: Replica = createReplica(config, connections, {
    bootId,
    gateway,
    logger,
    reaches: () => probes.reaches,
    commitsWait: () => probes.commitsWait,
    gatewayReport: () => gatewayWatch.report(),
    onRoleChange: (role, term) => {
      logger.info({ role, term }, `${id} is ${role} in term ${term}`);
      streams.beat();
    },
    onFatal,
  });
  const streams = new BeatStreams(() => replica.report(), config.beatIntervalMs);
  redis.on('ready', () => replica.onRedisReturned());
  const timers = startTimers(config, replica, () => readLeadership(pool, PARTITION));
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
  connections: Connections,
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
  { name: 'close connections', run: () => connections.close() },
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
