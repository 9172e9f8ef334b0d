/** The processes of a system of a given shape: their names, ports and environments. Pure. */
import {
  createPool,
  DEFAULT_WEIGHT,
  type BalancerName,
  type Pool,
} from '../shared/balancer/pool.js';
import {
  describeRounds,
  deviceEnvironment,
  devicePlaces,
  ENSEMBLE,
  MEASUREMENTS,
} from './measurement-places.js';
import type { Place } from './place.js';
import type { ProcessKind } from './processes/processes.js';
import type { Tokens } from '../shared/http/auth.js';

export type { Place } from './place.js';

export interface Shape {
  /** 1, 3 or 5. */
  monitors: number;
  replicas: number;
  patients: number;
  /** `http` starts the stand-alone gateway as an additional process. */
  gateway: 'simulated' | 'http';
  /** In front of the patients instances. Default: none. */
  balancer?: BalancerName | null;
  /** Default: single. */
  record?: RecordMode;
  /** Default: single. */
  queue?: QueueMode;
  /** How the services reach the primary of the cluster. Default: pool. */
  route?: RecordRoute;
  /** Measurement rounds: a ZooKeeper ensemble, devices, and the API that collects their means. */
  measurements?: boolean;
}

/** PostgreSQL as one server, or as three nodes under Patroni with three etcd members. */
export const RECORD_MODES = ['single', 'cluster'] as const;
export type RecordMode = (typeof RECORD_MODES)[number];

/** The pool of each service follows the primary, or a HAProxy passes its connections on. */
export type RecordRoute = 'pool' | 'haproxy';

/** Redis as one server, or as a primary with two replicas and three Sentinels. */
export const QUEUE_MODES = ['single', 'group'] as const;
export type QueueMode = (typeof QUEUE_MODES)[number];

const SINGLE_POSTGRES: readonly Place[] = [{ name: 'postgres', kind: 'postgres', fixedPort: 5454 }];
const SINGLE_REDIS: readonly Place[] = [{ name: 'redis', kind: 'redis', fixedPort: 6390 }];

export const GROUP_SERVERS = ['redis_1', 'redis_2', 'redis_3'] as const;
export const GROUP_SENTINELS = ['sentinel_1', 'sentinel_2', 'sentinel_3'] as const;
const REDIS_GROUP: readonly Place[] = [
  ...GROUP_SERVERS.map((name, index): Place => ({ name, kind: 'redis', fixedPort: 6391 + index })),
  ...GROUP_SENTINELS.map((name, index): Place => ({
    name,
    kind: 'sentinel',
    fixedPort: 6394 + index,
  })),
];

/** Numbers of the database nodes and of the etcd members. */
const CLUSTER_NUMBERS = [1, 2, 3] as const;
/** Each member of the cluster has a place for clients and one for its own interface. */
const CLUSTER_POSTGRES: readonly Place[] = CLUSTER_NUMBERS.flatMap((number): Place[] => [
  { name: `postgres_${number}`, kind: 'postgres', fixedPort: 5460 + number },
  { name: `patroni_${number}`, kind: 'patroni', fixedPort: 5470 + number },
  { name: `etcd_${number}`, kind: 'etcd', fixedPort: 5480 + number },
  { name: `etcd_${number} peers`, kind: 'etcd', fixedPort: 5490 + number },
]);

/** Name of the HAProxy before the database cluster. */
export const ROUTE_NAME = 'postgres_route';
const ROUTE: Place = { name: ROUTE_NAME, kind: 'route', fixedPort: 5460 };

/** The ports of the engines. */
export const enginePlaces = ({
  record = 'single',
  queue = 'single',
  route = 'pool',
  measurements = false,
}: Pick<Shape, 'record' | 'queue' | 'route' | 'measurements'>): readonly Place[] => [
  ...(record === 'cluster' ? CLUSTER_POSTGRES : SINGLE_POSTGRES),
  ...(record === 'cluster' && route === 'haproxy' ? [ROUTE] : []),
  ...(queue === 'group' ? REDIS_GROUP : SINGLE_REDIS),
  ...(measurements ? ENSEMBLE : []),
];

/** The ports of the engines that are not external. */
export const ownEnginePlaces = (
  shape: Pick<Shape, 'record' | 'queue' | 'measurements'>,
  given: { databaseUrl?: string | undefined; redisUrl?: string | undefined },
): readonly Place[] =>
  enginePlaces(shape).filter(({ kind }) => {
    if (kind === 'zookeeper') return true;
    return !(kind === 'redis' || kind === 'sentinel' ? given.redisUrl : given.databaseUrl);
  });

/** A PostgreSQL with its Patroni. */
interface NodePlace {
  /** `postgres_1`. */
  name: string;
  /** Of PostgreSQL. */
  port: number;
  /** Of Patroni's REST API. */
  restPort: number;
}

export interface EtcdPlace {
  name: string;
  /** For clients. */
  port: number;
  /** For the other members. */
  peerPort: number;
}

export interface ClusterPlaces {
  nodes: readonly NodePlace[];
  etcd: readonly EtcdPlace[];
}

/** The database nodes and the etcd members, with their ports. */
export const clusterPlaces = (portOf: (name: string) => number): ClusterPlaces => ({
  nodes: CLUSTER_NUMBERS.map((number) => ({
    name: `postgres_${number}`,
    port: portOf(`postgres_${number}`),
    restPort: portOf(`patroni_${number}`),
  })),
  etcd: CLUSTER_NUMBERS.map((number) => ({
    name: `etcd_${number}`,
    port: portOf(`etcd_${number}`),
    peerPort: portOf(`etcd_${number} peers`),
  })),
});

/**
 * Port of the patients service for clients, without offset: that of the balancer, or of the first
 * instance.
 */
export const PATIENTS_PORT = 4000;
/** Port of the first monitor, without offset. */
export const MONITOR_PORT = 5000;

const repeat = (count: number, place: (index: number) => Place): Place[] =>
  Array.from({ length: count }, (_, index) => place(index));

/** The services of a shape, in display order. */
export function servicePlaces(shape: Shape): Place[] {
  const { patients, monitors, replicas, gateway, balancer } = shape;
  const firstPatients = balancer ? PATIENTS_PORT + 1 : PATIENTS_PORT;
  return [
    ...repeat(patients, (index) => ({
      name: `patients_${index + 1}`,
      kind: 'patients',
      fixedPort: firstPatients + index,
    })),
    ...repeat(monitors, (index) => ({
      name: `monitor_${index + 1}`,
      kind: 'monitor',
      fixedPort: MONITOR_PORT + 10 * index,
    })),
    ...repeat(replicas, (index) => ({
      name: `server_${index + 1}`,
      kind: 'payments',
      fixedPort: 5001 + index,
    })),
    ...(gateway === 'http' ? [{ name: 'gateway', kind: 'gateway', fixedPort: 5100 } as const] : []),
    ...(shape.measurements ? [MEASUREMENTS, ...devicePlaces(replicas)] : []),
  ];
}

/** Name of the place of the balancer's own page. */
const BALANCER_PAGE = 'balancer page';
const BALANCER_PAGE_PORT = 4090;

/** The ports of the balancer: for clients, and of its own page. */
export const balancerPlaces = ({ balancer }: Shape): Place[] =>
  balancer
    ? [
        { name: balancer, kind: balancer, fixedPort: PATIENTS_PORT },
        { name: BALANCER_PAGE, kind: balancer, fixedPort: BALANCER_PAGE_PORT },
      ]
    : [];

/** The pool of the patients instances. @param changes for the lab. */
export function balancerPool(
  shape: Shape & { balancer: BalancerName },
  portOf: (name: string) => number,
  changes: Partial<Pool> = {},
): Pool {
  const host = '127.0.0.1';
  const members = servicePlaces(shape)
    .filter(({ kind }) => kind === 'patients')
    .map(({ name }) => ({ name, host, port: portOf(name), weight: DEFAULT_WEIGHT }));
  const ports = { port: portOf(shape.balancer), adminPort: portOf(BALANCER_PAGE) };
  return createPool({ host, ...ports, members }, changes);
}

export interface PlanSurroundings {
  shape: Shape;
  portOf: (name: string) => number;
  databaseUrl: string;
  redisUrl: string;
  tokens: Tokens;
  /** Folder of the balancer; it exists when the shape has one. */
  balancerFolder: string;
  /** On the disk of the engines. */
  dataFolder: string;
  /** Ledger file of the stand-alone gateway. */
  ledgerFile: string;
  /** Address of the control of `npm start`; undefined: another program runs the system. */
  supervisorUrl?: string | undefined;
  /** How long payments wait for PostgreSQL, in ms; undefined: the default of the services. */
  acceptRetryMs?: number | undefined;
}

export const toUrl = (port: number): string => `http://127.0.0.1:${port}`;

const listMembers = (
  places: readonly Place[],
  kind: ProcessKind,
  portOf: (name: string) => number,
): string =>
  places
    .filter((place) => place.kind === kind)
    .map(({ name }) => `${name}=${toUrl(portOf(name))}`)
    .join(',');

/** The addresses of the database nodes and the etcd members, which the console shows. */
function describeRecord(portOf: (name: string) => number): Record<string, string> {
  const { nodes, etcd } = clusterPlaces(portOf);
  const list = (entries: readonly (readonly [name: string, port: number])[]): string =>
    entries.map(([name, port]) => `${name}=${toUrl(port)}`).join(',');
  return {
    DATABASE_NODES: list(nodes.map(({ name, restPort }) => [name, restPort])),
    ETCD_MEMBERS: list(etcd.map(({ name, port }) => [name, port])),
  };
}

/** The addresses of the Redis group, which have these names in the console. */
const describeGroup = (portOf: (name: string) => number): Record<string, string> => ({
  REDIS_NODES: [...GROUP_SERVERS, ...GROUP_SENTINELS]
    .map((name) => `${name}=redis://127.0.0.1:${portOf(name)}`)
    .join(','),
});

/** The environment of one service. */
export function serviceEnvironment(place: Place, around: PlanSurroundings): Record<string, string> {
  const { shape, portOf, tokens, databaseUrl, redisUrl, ledgerFile, acceptRetryMs } = around;
  const places = servicePlaces(shape);
  const common = {
    HOST: '127.0.0.1',
    PORT: String(portOf(place.name)),
    ID: place.name,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    API_TOKEN: tokens.api,
    OPERATOR_TOKEN: tokens.operator,
    INTERNAL_TOKEN: tokens.internal,
    ...(acceptRetryMs ? { ACCEPT_RETRY_MS: String(acceptRetryMs) } : {}),
  };
  if (place.kind === 'monitor') {
    const lists = { REPLICAS: 'payments', MONITORS: 'monitor', PATIENTS: 'patients' } as const;
    const record = shape.record === 'cluster' ? describeRecord(portOf) : {};
    return {
      ...common,
      DISK_FOLDER: around.dataFolder,
      ...(shape.balancer ? { BALANCER_FOLDER: around.balancerFolder } : {}),
      ...record,
      ...(shape.queue === 'group' ? describeGroup(portOf) : {}),
      ...(shape.measurements ? describeRounds(shape.replicas, portOf) : {}),
      ...(around.supervisorUrl ? { SUPERVISOR_URL: around.supervisorUrl } : {}),
      ...Object.fromEntries(
        Object.entries(lists).map(([name, kind]) => [name, listMembers(places, kind, portOf)]),
      ),
    };
  }
  if (place.kind === 'patients')
    return {
      ...common,
      MONITOR_URL: toUrl(portOf('monitor_1')),
      // Only the balancer connects to an instance; its header has the address of the client.
      ...(shape.balancer ? { TRUST_PROXY: 'loopback' } : {}),
    };
  if (place.kind === 'gateway') return { ...common, GATEWAY_LEDGER_FILE: ledgerFile };
  if (place.kind === 'measurements') return common;
  if (place.kind === 'device') return { ...common, ...deviceEnvironment(place.name, portOf) };
  return {
    ...common,
    GATEWAY: shape.gateway,
    ...(shape.gateway === 'http' ? { GATEWAY_URL: toUrl(portOf('gateway')) } : {}),
  };
}
