/** Puts a monitor together: connections, loop, HTTP. Exported so that tests decide when it starts and stops. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { systemClock, type Clock } from '../shared/clock.js';
import { FaultSwitches, SteerableClock } from '../shared/fault-switches.js';
import { closeServer, listen } from '../shared/http.js';
import type { Logger } from '../shared/logger.js';
import { createPool, type Pool } from '../shared/postgres.js';
import { openQueue } from '../shared/healing-queue.js';
import { connectRedis } from '../shared/queue.js';
import type { ShutdownStep } from '../shared/shutdown.js';
import { writeEvent } from './announce.js';
import { settingsOf, type MonitorConfig } from './config.js';
import type { MonitorEvent } from './core/events.js';
import type { State } from './core/types.js';
import { worstCaseFailoverMs } from './core/timings.js';
import { EventHub } from './event-hub.js';
import { createMonitorApp } from './http/app.js';
import { Operations } from './http/operations.js';
import { Sessions } from './http/session.js';
import { PostgresLeadershipStore, warmUp } from './leadership-store.js';
import { MonitorLoop } from './loop.js';
import { measure, measureState } from './metrics.js';
import { PeerClient } from './peer-client.js';
import { cachedCounts, type CountSources } from './queue-counts.js';
import { measureQueue } from './queue-metrics.js';
import { ReplicaClient } from './replica-client.js';
import { ReplicaStream } from './replica-stream.js';
import { statusOf, type StatusSources } from './status.js';
import { withVoteMetrics } from './vote-metrics.js';

export interface RunningMonitor {
  loop: MonitorLoop;
  server: Server;
  /** In this order, for an orderly end. */
  steps: ShutdownStep[];
}

const POOL_SIZE = 4;
/** The stream is made anew after this many BEAT_TIMEOUT_MS of silence: more than the heartbeat layer's patience ever is. */
const SILENCES = 12;

function logDatabaseErrors(logger: Logger): (error: unknown) => void {
  let last = '';
  return (error) => {
    const message = error instanceof Error ? error.message || error.name : String(error);
    if (message !== last) logger.warn({ err: { message } }, 'the database did not answer; this monitor only observes');
    last = message;
  };
}

function connectQueue(config: MonitorConfig, logger: Logger): { parcels: CountSources['parcels']; close: () => void } {
  const redis = connectRedis(config.redisUrl, 'hasty', logger);
  const queue = openQueue(0, config.queuePrefix, redis);
  return {
    parcels: async () => {
      const { wait = 0, active = 0 } = await queue.use((bull) => bull.getJobCounts('wait', 'active'));
      return { waiting: wait, active };
    },
    close: () => redis.disconnect(),
  };
}

interface Parts {
  config: MonitorConfig;
  logger: Logger;
  clock: Clock;
  pool: Pool;
  store: PostgresLeadershipStore;
  replicas: ReplicaClient;
  peers: PeerClient;
}

function connect(config: MonitorConfig, logger: Logger, clock: Clock): Parts {
  const { databaseUrl, id, databaseTimeoutMs, internalToken, monitors, pingTimeoutMs, voteFreshMs } = config;
  const pool = createPool(
    { url: databaseUrl, name: id, max: POOL_SIZE, statementTimeoutMs: databaseTimeoutMs, onConnect: warmUp },
    logger,
  );
  const ids = monitors.map((monitor) => monitor.id);
  return {
    config,
    logger,
    clock,
    pool,
    store: new PostgresLeadershipStore(pool, { partition: 0, monitor: id, monitors: ids, voteFreshMs }),
    replicas: new ReplicaClient({ replicas: config.replicas, internalToken, pingTimeoutMs }),
    peers: new PeerClient({ peers: monitors.filter((monitor) => monitor.id !== id), internalToken, timeoutMs: pingTimeoutMs }),
  };
}

interface Listeners {
  announce: (event: MonitorEvent) => void;
  onTick: (state: State) => void;
  onFatal: (error: unknown) => void;
}

function createLoop(parts: Parts, listeners: Listeners): MonitorLoop {
  const { config, logger, clock, store, replicas, peers } = parts;
  const urls = new Map(config.replicas.map(({ id, url }) => [id, url]));
  const { internalToken } = config;
  const silenceMs = config.beatTimeoutMs * SILENCES;
  return new MonitorLoop({
    settings: settingsOf(config),
    clock,
    random: Math.random,
    store: withVoteMetrics(store),
    replicas,
    openStream: (replica, listener) => new ReplicaStream({ replica, url: urls.get(replica) ?? '', internalToken, silenceMs }, listener),
    askPeers: () => peers.askAll(),
    ...listeners,
    onDatabaseError: logDatabaseErrors(logger),
    onDecision: (decision) => logger.info({ decision }, decision),
  });
}

function statusSources({ config, clock, peers }: Parts, loop: MonitorLoop, counts: StatusSources['counts']): StatusSources {
  return {
    id: config.id,
    replicas: config.replicas,
    monitors: config.monitors,
    clock,
    state: () => loop.state,
    decision: () => loop.decision,
    adminRows: () => loop.adminRows,
    opinions: () => peers.opinions(),
    peerObserved: (id) => peers.observedOf(id),
    counts,
  };
}

/**
 * Starts a monitor. It comes up without database and without replicas: it then observes.
 * @throws Error when the port is taken.
 */
export async function startMonitor(config: MonitorConfig, logger: Logger, onFatal: (error: unknown) => void): Promise<RunningMonitor> {
  const steerable = config.faults ? new SteerableClock(systemClock) : null;
  const clock = steerable ?? systemClock;
  const parts = connect(config, logger, clock);
  const { store, pool, replicas, peers } = parts;
  const queue = connectQueue(config, logger);
  const counts = cachedCounts({ parcels: queue.parcels, payments: () => store.paymentCounts() }, clock);
  measureQueue(counts);
  const announce = (event: MonitorEvent): void => {
    writeEvent(logger, event);
    measure(event.name, event.data);
    hub.publish(event);
  };
  const others = config.monitors.filter(({ id }) => id !== config.id);
  const onTick = (state: State): void => {
    const reached = others.filter(({ id }) => peers.observedOf(id) === 'alive').length;
    measureState(state, { monitorsReached: 1 + reached, eventReaders: hub.readerCount });
  };
  const loop = createLoop(parts, { announce, onTick, onFatal });
  const sources = statusSources(parts, loop, counts);
  const hub = new EventHub(() => statusOf(sources), randomUUID().slice(0, 8));
  const operations = new Operations({ loop, store, replicas: config.replicas.map(({ id }) => id), logger });
  const tokens = { api: config.apiToken, operator: config.operatorToken, internal: config.internalToken };
  const faults = steerable && new FaultSwitches(steerable);
  const sessions = new Sessions(config.operatorToken);
  const app = { loop, store, operations, hub, sources, tokens, sessions, faults, logger };
  const server = await listen(createMonitorApp(app), config.port, config.host);
  hub.start();
  loop.start();
  logger.info({ worstCaseMs: worstCaseFailoverMs(settingsOf(config)) }, `${config.id} watches ${config.replicas.length} replicas`);
  const closeClients = (): void => {
    replicas.close();
    peers.close();
  };
  return {
    loop,
    server,
    steps: [
      { name: 'loop', run: () => loop.stop() },
      { name: 'events', run: () => hub.close() },
      { name: 'http', run: () => closeServer(server) },
      { name: 'clients', run: closeClients },
      { name: 'queue', run: () => queue.close() },
      { name: 'database', run: () => pool.end() },
    ],
  };
}
