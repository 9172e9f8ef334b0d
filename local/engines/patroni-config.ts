/**
 * Renders the configuration file of one Patroni. All nodes of a cluster share `settings` and
 * `secrets`; only names, ports and folders differ. Pure.
 */
import { stringify } from 'yaml';
import { LOG_KEPT_MB } from '../../shared/record/nodes.js';
import { checkSettings, type PatroniSettings } from './patroni-settings.js';

/** The roles of PostgreSQL and the account of Patroni's REST API. */
export interface ClusterSecrets {
  superuser: string;
  replication: string;
  rewind: string;
  restApi: string;
}

/** One PostgreSQL with its Patroni. */
export interface NodeDescription {
  name: string;
  /** Port of PostgreSQL. */
  port: number;
  /** Port of Patroni's REST API. */
  restPort: number;
  /** Folder of the configuration and the data. */
  folder: string;
  /** Folder of PostgreSQL's data, as PostgreSQL sees it. Default: `data` inside of `folder`. */
  dataDir?: string;
  /** Hosts of the lab's proxies. Default: none, the host of the cluster. */
  through?: NodeLinks;
}

/** The hosts that other nodes and a node use, in place of the host of the cluster. */
export interface NodeLinks {
  /** At which other nodes reach its PostgreSQL. */
  postgres: string;
  /** At which other nodes reach its Patroni. */
  rest: string;
  /** At which it reaches the etcd members, in the order of their ports. */
  etcd: readonly string[];
}

export interface ClusterDescription {
  /** Name of the cluster in etcd. */
  scope: string;
  host: string;
  /** Ports of the etcd members for clients. */
  etcdPorts: readonly number[];
  /** Folder of PostgreSQL's programs. */
  binDir: string;
  settings: PatroniSettings;
  /** Smaller buffers, for tests and the lab. */
  quick: boolean;
  /** Further parameters of PostgreSQL. */
  parameters?: Readonly<Record<string, string | number>>;
}

export const SUPERUSER = 'postgres';
export const REST_USER = 'relevo';
const REPLICATION = 'replicator';
const REWIND = 'rewind';

/** A replica that lacks more of the write-ahead log than this is not promoted, bytes. */
const LAG_MAX_BYTES = 1_048_576;

/**
 * A lost connection between the nodes is noticed after 3 s. `wal_keep_size` keeps the log that a
 * returning node needs. Slots would keep more of it, but Patroni before version 4 creates them one
 * to two seconds after a promotion, and until then no standby follows and no commit is
 * acknowledged.
 */
const PARAMETERS = {
  max_connections: 200,
  wal_level: 'replica',
  max_wal_senders: 10,
  hot_standby: 'on',
  wal_log_hints: 'on',
  wal_keep_size: `${LOG_KEPT_MB}MB`,
  wal_sender_timeout: '3s',
  wal_receiver_timeout: '3s',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '200ms',
  password_encryption: 'scram-sha-256',
};

const getTimings = ({ timings }: PatroniSettings): Record<string, number> => ({
  ttl: timings.ttlSeconds,
  loop_wait: timings.loopWaitSeconds,
  retry_timeout: timings.retryTimeoutSeconds,
});

/** The settings that Patroni keeps in etcd, the same for all nodes. */
export function getSharedSettings({
  settings,
  quick,
  parameters = {},
}: ClusterDescription): Record<string, unknown> {
  return {
    ...getTimings(settings),
    // A crashed PostgreSQL is replaced at once instead of being restarted first.
    primary_start_timeout: 0,
    maximum_lag_on_failover: LAG_MAX_BYTES,
    synchronous_mode: settings.synchronous,
    synchronous_mode_strict: settings.strict,
    failsafe_mode: settings.failsafe,
    postgresql: {
      use_pg_rewind: true,
      use_slots: false,
      parameters: { ...PARAMETERS, shared_buffers: quick ? '32MB' : '128MB', ...parameters },
    },
  };
}

const getAccessRules = (host: string): string[] => [
  `host all all ${host}/32 scram-sha-256`,
  `host replication ${REPLICATION} ${host}/32 scram-sha-256`,
];

function describePostgres(
  { host, binDir }: ClusterDescription,
  { port, folder, dataDir = `${folder}/data`, through }: NodeDescription,
  secrets: ClusterSecrets,
): Record<string, unknown> {
  const toAccount = (username: string, password: string): object => ({ username, password });
  return {
    listen: `${host}:${port}`,
    connect_address: `${through?.postgres ?? host}:${port}`,
    data_dir: dataDir,
    bin_dir: binDir,
    pgpass: `${folder}/pgpass`,
    authentication: {
      superuser: toAccount(SUPERUSER, secrets.superuser),
      replication: toAccount(REPLICATION, secrets.replication),
      rewind: toAccount(REWIND, secrets.rewind),
    },
    pg_hba: getAccessRules(host),
    remove_data_directory_on_rewind_failure: true,
    parameters: { unix_socket_directories: '' },
  };
}

/** With proxies, Patroni must not replace them by the addresses that etcd reports. */
const describeEtcd = (
  { host, etcdPorts }: ClusterDescription,
  { through }: NodeDescription,
): object => ({
  hosts: etcdPorts.map((port, index) => `${through?.etcd[index] ?? host}:${port}`),
  ...(through ? { use_proxies: true } : {}),
});

/**
 * The configuration file of a node, as YAML 1.1, which Patroni reads. Contains passwords.
 * @throws StartError when the settings are unsafe.
 */
export function renderPatroni(
  cluster: ClusterDescription,
  node: NodeDescription,
  secrets: ClusterSecrets,
): string {
  checkSettings(cluster.settings);
  const { host, scope, settings } = cluster;
  const document = {
    scope,
    name: node.name,
    restapi: {
      listen: `${host}:${node.restPort}`,
      connect_address: `${node.through?.rest ?? host}:${node.restPort}`,
      authentication: { username: REST_USER, password: secrets.restApi },
    },
    [settings.protocol]: describeEtcd(cluster, node),
    bootstrap: {
      dcs: getSharedSettings(cluster),
      initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, { auth: 'scram-sha-256' }, 'data-checksums'],
    },
    postgresql: describePostgres(cluster, node, secrets),
    // The margin only prevents a warning in each round: a watchdog needs rights of root.
    watchdog: { mode: 'off', safety_margin: 0 },
  };
  return stringify(document, { version: '1.1', lineWidth: 0 });
}
