/**
 * Assembles a monitor: connections, loop, HTTP. Exported so that tests control its start and stop.
 */
import type { Server } from 'node:http';
import { systemClock, type Clock } from '../shared/clock.js';
import { FaultSwitches, SteerableClock } from '../shared/fault-switches.js';
import { closeServer, leave, listen } from '../shared/http/http.js';
import type { Logger } from '../shared/observability/logger.js';
import { createPool, type Pool } from '../shared/postgres/postgres.js';
import type { ShutdownStep } from '../shared/shutdown.js';
import { postgresTakesWrites } from '../shared/write-probes.js';
import { writeEvent } from './announce.js';
import { settingsOf, type MonitorConfig } from './config.js';
import type { MonitorEvent } from './core/events.js';
import type { State } from './core/types.js';
import { getWorstCaseMs } from './core/timings.js';
import { PostgresEndedSessions } from './console/ended-sessions.js';
import { PostgresHistory } from './cluster/history.js';
import { createMonitorApp } from './http/app.js';
import { Operations } from './http/operations.js';
import { ENDED_HOURS, Sessions } from './console/session.js';
import { openInspection } from './inspect/inspection.js';
import { PostgresLeadershipStore, warmUp } from './cluster/leadership-store.js';
import { MonitorLoop } from './loop.js';
import { measure, measureState } from './metrics.js';
import { Observers } from './status/observers.js';
import { PeerClient } from './cluster/peer-client.js';
import { connectQueue } from './status/queue-connection.js';
import { cachedCounts } from './status/queue-counts.js';
import { measureQueue } from './status/queue-metrics.js';
import { ReplicaClient } from './cluster/replica-client.js';
import { ReplicaStream } from './cluster/replica-stream.js';
import type { StatusSources } from './status/status.js';
import { withVoteMetrics } from './cluster/vote-metrics.js';

export interface RunningMonitor {
  loop: MonitorLoop;
  server: Server;
  /** The steps of a graceful shutdown, in this order. */
  steps: ShutdownStep[];
}

const POOL_SIZE = 4;
const HISTORY_POOL_SIZE = 2;
const SESSION_POOL_SIZE = 1;
/**
 * An election that has waited for a lock during this part of DATABASE_TIMEOUT_MS ends the sessions
 * that block the election.
 */
const BLOCKED_SHARE = 4;
/**
 * The monitor reopens a stream after this many BEAT_TIMEOUT_MS of silence: more than the maximum
 * patience of the heartbeat layer.
 */
const SILENCES = 12;

function logDatabaseErrors(logger: Logger): (error: unknown) => void {
  let last = '';
  return (error) => {
    const message = error instanceof Error ? error.message || error.name : String(error);
    if (message !== last)
      logger.warn({ err: { message } }, 'the database did not answer; this monitor only observes');
    last = message;
  };
}

interface Parts {
  config: MonitorConfig;
  logger: Logger;
  clock: Clock;
  pool: Pool;
  store: PostgresLeadershipStore;
  /** Has connections of its own, so that a slow list never delays an election. */
  history: PostgresHistory;
  historyPool: Pool;
  /** For ended sessions: public lists must not delay the check for a sign-out. */
  sessionPool: Pool;
  replicas: ReplicaClient;
  peers: PeerClient;
}

function connect(config: MonitorConfig, logger: Logger, clock: Clock): Parts {
  const {
    databaseUrl,
    id,
    databaseTimeoutMs,
    internalToken,
    monitors,
    pingTimeoutMs,
    voteFreshMs,
  } = config;
  const pool = createPool(
    {
      url: databaseUrl,
      name: id,
      max: POOL_SIZE,
      statementTimeoutMs: databaseTimeoutMs,
      onConnect: warmUp,
    },
    logger,
  );
  const historyPool = createPool(
    {
      url: databaseUrl,
      name: `${id}-history`,
      max: HISTORY_POOL_SIZE,
      statementTimeoutMs: databaseTimeoutMs,
    },
    logger,
  );
  const sessionPool = createPool(
    {
      url: databaseUrl,
      name: `${id}-sessions`,
      max: SESSION_POOL_SIZE,
      statementTimeoutMs: databaseTimeoutMs,
    },
    logger,
  );
  const ids = monitors.map((monitor) => monitor.id);
  return {
    config,
    logger,
    clock,
    pool,
    historyPool,
    sessionPool,
    history: new PostgresHistory(historyPool, 0),
    store: new PostgresLeadershipStore(pool, {
      partition: 0,
      monitor: id,
      monitors: ids,
      voteFreshMs,
      blockedMs: databaseTimeoutMs / BLOCKED_SHARE,
      onEnded: (sessions) =>
        logger.warn({ sessions }, 'ended the sessions that blocked an election'),
    }),
    replicas: new ReplicaClient({ replicas: config.replicas, internalToken, pingTimeoutMs }),
    peers: new PeerClient({
      peers: monitors.filter((monitor) => monitor.id !== id),
      internalToken,
      timeoutMs: pingTimeoutMs,
    }),
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
    openStream: (replica, listener) =>
      new ReplicaStream(
        { replica, url: urls.get(replica) ?? '', internalToken, silenceMs },
        listener,
      ),
    askPeers: () => peers.askAll(),
    ...listeners,
    onDatabaseError: logDatabaseErrors(logger),
    onDecision: (decision) => logger.info({ decision }, decision),
  });
}

interface Watched {
  loop: MonitorLoop;
  counts: StatusSources['counts'];
  observers: Observers;
  redisUp: () => boolean | null;
}

function statusSources(
  { config, clock, peers }: Parts,
  { loop, counts, observers, redisUp }: Watched,
): StatusSources {
  return {
    id: config.id,
    replicas: config.replicas,
    monitors: config.monitors,
    patients: config.patients,
    clock,
    state: () => loop.state,
    decision: () => loop.decision,
    adminRows: () => loop.adminRows,
    opinions: () => peers.opinions(),
    peerObserved: (id) => peers.observedOf(id),
    peerWord: (id) => peers.wordOf(id),
    instance: (instance) => observers.instances.of(instance),
    lastFailure: (replica) => observers.failures.lastOf(replica),
    redisUp,
    faults: config.faults,
    counts,
  };
}

/**
 * Starts a monitor. It also starts without the database and without replicas, and then only
 * observes.
 * @throws Error when the port is taken.
 */
export async function startMonitor(
  config: MonitorConfig,
  logger: Logger,
  onFatal: (error: unknown) => void,
): Promise<RunningMonitor> {
  const steerable = config.faults ? new SteerableClock(systemClock) : null;
  const clock = steerable ?? systemClock;
  const parts = connect(config, logger, clock);
  const { store, pool, historyPool, sessionPool, replicas, peers } = parts;
  const queue = connectQueue(config, logger);
  const counts = cachedCounts(
    { parcels: queue.parcels, payments: () => store.paymentCounts() },
    clock,
  );
  measureQueue(counts);
  const { patients, pingTimeoutMs, fall } = config;
  const observers: Observers = new Observers({
    clock,
    counts,
    history: parts.history,
    state: () => loop.state,
    sources: () => sources,
    patients,
    pingTimeoutMs,
    fall,
  });
  const announce = (event: MonitorEvent): void => {
    writeEvent(logger, event);
    measure(event.name, event.data);
    observers.hear(event);
  };
  const others = config.monitors.filter(({ id }) => id !== config.id);
  const onTick = (state: State): void => {
    const reached = others.filter(({ id }) => peers.observedOf(id) === 'alive').length;
    measureState(state, { monitorsReached: 1 + reached, eventReaders: observers.hub.readerCount });
  };
  const loop: MonitorLoop = createLoop(parts, { announce, onTick, onFatal });
  const sources: StatusSources = statusSources(parts, {
    loop,
    counts,
    observers,
    redisUp: queue.isUp,
  });
  const operations = new Operations({
    loop,
    store,
    replicas: config.replicas.map(({ id }) => id),
    clock,
    striker: replicas,
    logger,
  });
  const tokens = {
    api: config.apiToken,
    operator: config.operatorToken,
    internal: config.internalToken,
  };
  const faults = steerable && new FaultSwitches(steerable);
  const sessions = new Sessions(
    config.operatorToken,
    new PostgresEndedSessions(sessionPool, ENDED_HOURS, logger),
  );
  const { hub, sampler } = observers;
  const inspection = openInspection({ config, logger, sessions, store, redis: queue.redis });
  const { trustProxy } = config;
  const { history } = parts;
  const app = {
    loop,
    history,
    sampler,
    operations,
    hub,
    sources,
    tokens,
    sessions,
    inspection,
    faults,
    logger,
    trustProxy,
    takesWrites: () => postgresTakesWrites(historyPool, config.databaseTimeoutMs),
  };
  const server = await listen(createMonitorApp(app), config.port, config.host);
  observers.start();
  loop.start();
  logger.info(
    { worstCaseMs: getWorstCaseMs(settingsOf(config)) },
    `${config.id} watches ${config.replicas.length} replicas`,
  );
  const closeClients = (): void => {
    replicas.close();
    peers.close();
  };
  return {
    loop,
    server,
    steps: [
      { name: 'not ready', run: () => leave(server) },
      { name: 'loop', run: () => loop.stop() },
      { name: 'events', run: () => observers.close() },
      { name: 'http', run: () => closeServer(server) },
      { name: 'clients', run: closeClients },
      { name: 'queue', run: () => queue.close() },
      {
        name: 'database',
        run: () =>
          Promise.all([pool.end(), historyPool.end(), sessionPool.end(), inspection.close()]),
      },
    ],
  };
}
