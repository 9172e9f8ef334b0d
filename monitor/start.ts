/**
 * Assembles a monitor: connections → observers → loop → HTTP. Exported so that tests control its
 * start and stop.
 */
import type { Server } from 'node:http';
import { systemClock, type Clock } from '../shared/clock.js';
import { FaultSwitches, SteerableClock } from '../shared/fault-switches.js';
import { closeServer, leave, listen } from '../shared/http/http.js';
import type { Logger } from '../shared/observability/logger.js';
import type { ShutdownStep } from '../shared/shutdown.js';
import { postgresTakesWrites } from '../shared/write-probes.js';
import { createAlerts, type RunningAlerts } from './alerts/create-alerts.js';
import { writeEvent } from './announce.js';
import { BalancerSync } from './balancer/balancer-sync.js';
import { createDetectionMarks } from './cluster/mark-detection.js';
import { withVoteMetrics } from './cluster/vote-metrics.js';
import { ReplicaStream } from './cluster/replica-stream.js';
import { toSettings, type MonitorConfig } from './config.js';
import { createConnections, logDatabaseErrors, type Connections } from './connections.js';
import { PostgresEndedSessions } from './console/ended-sessions.js';
import { ENDED_HOURS, Sessions } from './console/session.js';
import type { MonitorEvent } from './core/events.js';
import { getWorstCaseMs } from './core/timings.js';
import type { State } from './core/types.js';
import { createMonitorApp, type MonitorAppOptions } from './http/app.js';
import { Operations } from './http/operations.js';
import { openInspection } from './inspect/inspection.js';
import { MonitorLoop } from './loop.js';
import { measure, measureState } from './metrics.js';
import { createSetAcceptance } from './status/acceptance-watch.js';
import { createSchedule, type Schedule } from './schedule/create-schedule.js';
import { createSamples, type Samples } from './samples/create-samples.js';
import { Observers } from './status/observers.js';
import { connectQueue, type QueueConnection } from './status/queue-connection.js';
import { measureInstances } from './status/instance-metrics.js';
import { createCachedCounts } from './status/queue-counts.js';
import { measureQueue } from './status/queue-metrics.js';
import { measureDisk } from './status/disk-watch.js';
import { measureRecord } from './status/record-metrics.js';
import { createSupervisorClient } from './supervisor/supervisor-client.js';
import { createStatusSources } from './status/create-sources.js';
import { describeInstances, type StatusSources } from './status/status.js';

export interface RunningMonitor {
  loop: MonitorLoop;
  server: Server;
  /** Shutdown steps, in order. */
  steps: ShutdownStep[];
}

/**
 * The monitor reopens a stream after this many BEAT_TIMEOUT_MS of silence: more than the maximum
 * patience of the heartbeat layer.
 */
const SILENCES = 12;

interface Listeners {
  announce: (event: MonitorEvent) => void;
  onTick: (state: State) => void;
  onFatal: (error: unknown) => void;
}

function createLoop(connections: Connections, listeners: Listeners): MonitorLoop {
  const { config, logger, clock, store, replicas, peers } = connections;
  const urls = new Map(config.replicas.map(({ id, url }) => [id, url]));
  const { internalToken } = config;
  const silenceMs = config.beatTimeoutMs * SILENCES;
  return new MonitorLoop({
    settings: toSettings(config),
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

/** The loop with its read-only observers. Each of them reads the other. */
interface Watch {
  loop: MonitorLoop;
  observers: Observers;
  sources: StatusSources;
  /** Null: there is no balancer. */
  sync: BalancerSync | null;
  alerts: RunningAlerts;
  samples: Samples;
  operations: Operations;
  schedule: Schedule;
}

const createOperations = (
  { config, store, clock, replicas, logger }: Connections,
  loop: MonitorLoop,
): Operations =>
  new Operations({
    loop,
    store,
    replicas: config.replicas.map(({ id }) => id),
    clock,
    injector: replicas,
    logger,
  });

const connectBalancer = ({ config, instances, logger }: Connections): BalancerSync | null =>
  config.balancerFolder === ''
    ? null
    : new BalancerSync({ folder: config.balancerFolder, store: instances, logger });

function createWatch(
  connections: Connections,
  queue: QueueConnection,
  onFatal: (error: unknown) => void,
): Watch {
  const { config, logger, clock, store, history, historyPool, peers } = connections;
  const markDetection = createDetectionMarks(historyPool, config.id, logger);
  const counts = createCachedCounts(
    { parcels: queue.parcels, payments: () => store.paymentCounts() },
    clock,
  );
  measureQueue(counts);
  const { patients, pingTimeoutMs, fall } = config;
  const observers: Observers = new Observers({
    clock,
    counts,
    history,
    state: () => loop.state,
    sources: () => sources,
    patients,
    record: { nodes: config.databaseNodes, etcd: config.etcdMembers },
    group: { redisUrl: config.redisUrl, nodes: config.redisNodes },
    rounds: {
      members: config.ensembleMembers,
      devices: config.devices,
      apiUrl: config.measurementsUrl,
    },
    db: connections.instancePool,
    disk: { folder: config.diskFolder, leastMb: config.diskLeastMb },
    pingTimeoutMs,
    fall,
    isRead: () => alerts.watch.isRead,
  });
  const announce = (event: MonitorEvent): void => {
    writeEvent(logger, event);
    measure(event.name, event.data);
    observers.hear(event);
    markDetection(event);
  };
  const others = config.monitors.filter(({ id }) => id !== config.id);
  const onTick = (state: State): void => {
    const reached = others.filter(({ id }) => peers.observedOf(id) === 'alive').length;
    measureState(state, { monitorsReached: 1 + reached, eventReaders: observers.hub.readerCount });
  };
  const sync = connectBalancer(connections);
  const loop: MonitorLoop = createLoop(connections, { announce, onTick, onFatal });
  const operations = createOperations(connections, loop);
  const schedule = createSchedule(connections, loop, operations);
  const sources: StatusSources = createStatusSources(connections, {
    loop,
    counts,
    observers,
    schedule,
    redisUp: queue.isUp,
    sync,
  });
  measureInstances(() => describeInstances(sources));
  measureRecord(() => observers.record.state);
  measureDisk(() => observers.disk.state);
  const alerts: RunningAlerts = createAlerts(connections, { loop, observers, sources });
  const samples = createSamples(connections, { observers, sources });
  return { loop, observers, sources, sync, alerts, samples, operations, schedule };
}

function createAppOptions(
  connections: Connections,
  queue: QueueConnection,
  { loop, observers, sources, sync, alerts, samples, operations, schedule }: Watch,
  faults: FaultSwitches | null,
): MonitorAppOptions {
  const { config, logger, store, history, historyPool, sessionPool } = connections;
  const sessions = new Sessions(
    config.operatorToken,
    new PostgresEndedSessions(sessionPool, ENDED_HOURS, logger),
  );
  return {
    loop,
    history,
    sampler: observers.sampler,
    hub: observers.hub,
    sources,
    sessions,
    faults,
    logger,
    operations,
    schedule,
    instances: {
      instances: config.patients.map(({ id }) => id),
      sync,
      store: connections.instances,
      logger,
    },
    setAcceptance: createSetAcceptance(connections.instancePool, observers.acceptance),
    tokens: {
      api: config.apiToken,
      operator: config.operatorToken,
      internal: config.internalToken,
    },
    inspection: openInspection({ config, logger, sessions, store, redis: queue.redis }),
    supervisor:
      config.supervisorUrl === ''
        ? null
        : createSupervisorClient(config.supervisorUrl, config.operatorToken),
    alerts,
    samples,
    trustProxy: config.trustProxy,
    takesWrites: () => postgresTakesWrites(historyPool, config.databaseTimeoutMs),
  };
}

function closeClients({ replicas, peers }: Connections): void {
  replicas.close();
  peers.close();
}

const closePools = (
  { votePool, historyPool, sessionPool, instancePool, alertPool }: Connections,
  { inspection }: MonitorAppOptions,
): Promise<unknown> =>
  Promise.all([
    votePool.end(),
    historyPool.end(),
    sessionPool.end(),
    instancePool.end(),
    alertPool.end(),
    inspection.close(),
  ]);

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
  const clock: Clock = steerable ?? systemClock;
  const connections = createConnections(config, logger, clock);
  const queue = connectQueue(config, logger);
  const watch = createWatch(connections, queue, onFatal);
  const { loop, observers, sync, alerts, samples, schedule } = watch;
  const faults = steerable && new FaultSwitches(steerable);
  const options = createAppOptions(connections, queue, watch, faults);
  const server = await listen(createMonitorApp(options), config.port, config.host);
  observers.start();
  loop.start();
  sync?.start();
  alerts.start();
  samples.recorder.start();
  schedule.start();
  logger.info(
    { worstCaseMs: getWorstCaseMs(toSettings(config)) },
    `${config.id} watches ${config.replicas.length} replicas`,
  );
  return {
    loop,
    server,
    steps: [
      { name: 'not ready', run: () => leave(server) },
      { name: 'loop', run: () => loop.stop() },
      { name: 'schedule', run: () => schedule.stop() },
      { name: 'balancer', run: () => sync?.stop() },
      { name: 'alerts', run: () => alerts.stop() },
      { name: 'samples', run: () => samples.recorder.stop() },
      { name: 'events', run: () => observers.close() },
      { name: 'http', run: () => closeServer(server) },
      { name: 'clients', run: () => closeClients(connections) },
      { name: 'queue', run: () => queue.close() },
      { name: 'database', run: () => closePools(connections, options) },
    ],
  };
}
