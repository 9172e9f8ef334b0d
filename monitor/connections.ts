/** The connections of a monitor: pools, store and history, replicas and the other monitors. */
import type { Clock } from '../shared/clock.js';
import type { Logger } from '../shared/observability/logger.js';
import { createPool, type Pool } from '../shared/postgres/postgres.js';
import { createInstanceStore, type InstanceStore } from './balancer/instance-store.js';
import { PostgresHistory } from './cluster/history.js';
import { PostgresLeadershipStore, warmUp } from './cluster/leadership-store.js';
import { PeerClient } from './cluster/peer-client.js';
import { ReplicaClient } from './cluster/replica-client.js';
import type { MonitorConfig } from './config.js';

const POOL_SIZE = 4;
const HISTORY_POOL_SIZE = 2;
const SESSION_POOL_SIZE = 1;
const INSTANCE_POOL_SIZE = 1;
const ALERT_POOL_SIZE = 1;
/**
 * An election that has waited for a lock during this part of DATABASE_TIMEOUT_MS ends the sessions
 * that block the election.
 */
const BLOCKED_SHARE = 4;

interface Pools {
  /** For votes and the other statements of the loop. */
  votePool: Pool;
  historyPool: Pool;
  /** For ended sessions: public lists must not delay the check for a sign-out. */
  sessionPool: Pool;
  /** For the states of the patients instances, the acceptance and the scheduled hand-over. */
  instancePool: Pool;
  /** For the alerts, so that no other statement delays them. */
  alertPool: Pool;
}

export interface Connections extends Pools {
  config: MonitorConfig;
  logger: Logger;
  clock: Clock;
  store: PostgresLeadershipStore;
  /** Has connections of its own, so that a slow list never delays an election. */
  history: PostgresHistory;
  instances: InstanceStore;
  replicas: ReplicaClient;
  peers: PeerClient;
}

function createPools({ databaseUrl, id, databaseTimeoutMs }: MonitorConfig, logger: Logger): Pools {
  const common = { url: databaseUrl, statementTimeoutMs: databaseTimeoutMs };
  return {
    votePool: createPool({ ...common, name: id, max: POOL_SIZE, onConnect: warmUp }, logger),
    historyPool: createPool({ ...common, name: `${id}-history`, max: HISTORY_POOL_SIZE }, logger),
    sessionPool: createPool({ ...common, name: `${id}-sessions`, max: SESSION_POOL_SIZE }, logger),
    instancePool: createPool(
      { ...common, name: `${id}-instances`, max: INSTANCE_POOL_SIZE },
      logger,
    ),
    alertPool: createPool({ ...common, name: `${id}-alerts`, max: ALERT_POOL_SIZE }, logger),
  };
}

function createStore(
  { id, monitors, voteFreshMs, databaseTimeoutMs }: MonitorConfig,
  pool: Pool,
  logger: Logger,
): PostgresLeadershipStore {
  return new PostgresLeadershipStore(pool, {
    partition: 0,
    monitor: id,
    monitors: monitors.map((monitor) => monitor.id),
    voteFreshMs,
    blockedMs: databaseTimeoutMs / BLOCKED_SHARE,
    onEnded: (sessions) => logger.warn({ sessions }, 'ended the sessions that blocked an election'),
  });
}

/** Creates the connections. None of them waits for its server. */
export function createConnections(
  config: MonitorConfig,
  logger: Logger,
  clock: Clock,
): Connections {
  const { id, internalToken, monitors, pingTimeoutMs } = config;
  const pools = createPools(config, logger);
  return {
    ...pools,
    config,
    logger,
    clock,
    history: new PostgresHistory(pools.historyPool, 0),
    instances: createInstanceStore(pools.instancePool),
    store: createStore(config, pools.votePool, logger),
    replicas: new ReplicaClient({ replicas: config.replicas, internalToken, pingTimeoutMs }),
    peers: new PeerClient({
      peers: monitors.filter((monitor) => monitor.id !== id),
      internalToken,
      timeoutMs: pingTimeoutMs,
    }),
  };
}

/** Logs an error of the database once, until another error occurs. */
export function logDatabaseErrors(logger: Logger): (error: unknown) => void {
  let last = '';
  return (error) => {
    const message = error instanceof Error ? error.message || error.name : String(error);
    if (message !== last)
      logger.warn({ err: { message } }, 'the database did not answer; this monitor only observes');
    last = message;
  };
}
