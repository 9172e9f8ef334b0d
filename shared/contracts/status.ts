/**
 * The status of the system, as `GET /status` of a monitor answers: leadership, replicas, monitors,
 * patients instances and waiting work. The monitor builds it; its console, the CLI and the lab read
 * it.
 */
import { z } from 'zod';
import { BALANCERS } from '../balancer/pool.js';
import { NODE_ROLES } from '../record/nodes.js';
import { acceptance } from './acceptance.js';
import { memberId, partition, term, timestamp } from './ids.js';
import { administered, gatewayReport, reaches, role } from './leadership.js';
import { scheduleStatus } from './scheduled-handover.js';
import { waitingStatus } from './waiting.js';
import { DEVICE_STATES, MEMBER_ROLES } from '../zookeeper/round-kinds.js';

/** The phases of a monitor's failover machine. */
export const PHASES = [
  'observing',
  'watching',
  'confirming',
  'voting',
  'no-candidate',
  'promoting',
  'handing-over',
  'doubting',
] as const;

/** The three layers of failure detection. Each detects a different kind of failure. */
const LAYERS = ['connection', 'heartbeat', 'ping'] as const;
export type Layer = (typeof LAYERS)[number];

/**
 * One monitor's opinion of one replica. `unknown`: never seen; `left`: the replica sent a goodbye.
 */
export const OPINIONS = ['unknown', 'alive', 'suspect', 'left'] as const;
export type Opinion = (typeof OPINIONS)[number];

/** The state of a replica. `down`: a majority of the monitors suspects it. */
export const OBSERVED = ['unknown', 'alive', 'suspect', 'down', 'left'] as const;
export type Observed = (typeof OBSERVED)[number];

/** The view of a load balancer of an instance. */
export const BALANCER_VIEWS = ['up', 'down', 'unknown'] as const;

const INSTANCE_OBSERVED = ['unknown', 'alive', 'suspect'] as const;

const partitionStatus = z.object({
  partition,
  term,
  leader: memberId.nullable(),
  /** When this leader was elected; null: not known yet. */
  since: timestamp.nullable(),
  reason: z.string(),
  /** The phase of this monitor's failover machine, and its decision in one sentence. */
  phase: z.enum(PHASES),
  decision: z.string(),
  /** The replicas that may follow the leader now. */
  candidates: z.array(memberId),
});
export type PartitionStatus = z.infer<typeof partitionStatus>;

/** `url`, `pid` and `bootId` are omitted without a token. `role` null: not alive. */
export const replicaStatus = z.object({
  id: memberId,
  url: z.string().optional(),
  pid: z.int().nullable().optional(),
  bootId: z.string().nullable().optional(),
  ...administered.shape,
  observed: z.enum(OBSERVED),
  observedSince: timestamp.nullable(),
  /**
   * The opinion of each configured monitor; `unknown`: that monitor did not answer, or never saw
   * the replica.
   */
  opinions: z.record(memberId, z.enum(OPINIONS)),
  /** The last failure as text, and its time. Null: none is known. */
  lastFailure: z.object({ at: timestamp, words: z.string() }).nullable(),
  /** The layer that suspected it. */
  layer: z.enum(LAYERS).nullable(),
  role: role.nullable(),
  term: term.nullable(),
  pingMs: z.number().nullable(),
  lastSeenAt: timestamp.nullable(),
  parcelsInFlight: z.int().nullable(),
  committed: z.int().nullable(),
  reaches: reaches.nullable(),
});
export type ReplicaStatus = z.infer<typeof replicaStatus>;

const monitorStatus = z.object({
  id: memberId,
  url: z.string().optional(),
  observed: z.enum(['unknown', 'alive', 'suspect']),
  /** The leader that this monitor reports; null: it reported none. */
  leader: memberId.nullable(),
  term: term.nullable(),
});
export type MonitorStatus = z.infer<typeof monitorStatus>;

/**
 * A patients instance. `url` is omitted without a token. `observed` is the view of this monitor,
 * `balancer` the view of the load balancer: `unknown` without one, while it does not answer, and
 * for an instance that it does not check.
 */
const instanceStatus = z.object({
  id: memberId,
  url: z.string().optional(),
  /** `admin`: the state in the balancer when no operator set one. */
  ...administered.shape,
  /** `suspect`: it answered before and does not any more. `unknown`: it never answered. */
  observed: z.enum(INSTANCE_OBSERVED),
  /** When the observed state last changed. Null: it never answered. */
  since: timestamp.nullable(),
  balancer: z.enum(BALANCER_VIEWS),
});
export type InstanceStatus = z.infer<typeof instanceStatus>;

/** `name` null: its control file was never read. */
const balancerStatus = z.object({
  name: z.enum(BALANCERS).nullable(),
  answers: z.boolean(),
});

/** A database node of a replicated PostgreSQL: a PostgreSQL with its Patroni. */
const nodeStatus = z.object({
  name: memberId,
  /** Commits wait for the synchronous standby. `none`: it does not run, or starts. */
  role: z.enum(NODE_ROLES),
  /** Patroni's word; `silent`: its Patroni does not answer. */
  state: z.string(),
  /** Bytes of the write-ahead log that it lacks; null: unknown, or the primary. */
  lagBytes: z.number().nullable(),
  timeline: z.int().nullable(),
  /** Whether it receives the write-ahead log now; null for the primary. */
  streaming: z.boolean().nullable(),
});

const etcdStatus = z.object({
  name: memberId,
  /** It answers and has a majority. */
  healthy: z.boolean(),
  /** Null: unknown. */
  leads: z.boolean().nullable(),
});

const recordStatus = z.object({ nodes: z.array(nodeStatus), etcd: z.array(etcdStatus) });

/** A server of a Redis group. `url` is omitted without a token. */
const groupServerStatus = z.object({
  name: memberId,
  url: z.string().optional(),
  /** Its own answer; null: none. */
  role: z.enum(['primary', 'replica']).nullable(),
  /** Whether the Sentinels name it as the primary. */
  isPrimary: z.boolean(),
  /** The connection of a replica to its primary; null: no replica, or no answer. */
  link: z.enum(['up', 'down']).nullable(),
  /** Bytes that it has not confirmed to the primary; null: unknown, or the primary. */
  lagBytes: z.number().nullable(),
});

const sentinelStatus = z.object({
  name: memberId,
  url: z.string().optional(),
  answers: z.boolean(),
  /** Whether it can reach enough Sentinels for a failover; null: no answer. */
  hasQuorum: z.boolean().nullable(),
});

const groupStatus = z.object({
  /** Sentinels that must consider a primary failed; null: no Sentinel answers. */
  quorum: z.int().nullable(),
  servers: z.array(groupServerStatus),
  sentinels: z.array(sentinelStatus),
});
export type GroupStatus = z.infer<typeof groupStatus>;

/** A member of the ZooKeeper ensemble of the measurements. */
const ensembleStatus = z.object({
  name: memberId,
  /** `waiting`: it answers and has no majority. `silent`: no answer. */
  role: z.enum(MEMBER_ROLES),
  /** Clients that are connected to it; null: unknown. */
  connections: z.int().nullable(),
});

/** A measuring device. */
const deviceStatus = z.object({
  name: memberId,
  /** `waiting`: the ensemble does not answer it. `silent`: no answer. */
  state: z.enum(DEVICE_STATES),
  leads: z.boolean(),
});

const queueStatus = z.object({
  waiting: z.int().nullable(),
  active: z.int().nullable(),
  pending: z.int().nullable(),
  failed: z.int().nullable(),
  /** Age of the oldest pending payment, s. Null: none is pending, or not known. */
  oldestPendingSec: z.number().nullable(),
});

const diskStatus = z.object({
  freeMb: z.int(),
  /** Free space below this is low. */
  leastMb: z.int(),
});
export type DiskStatus = z.infer<typeof diskStatus>;

/** The gateway as the replicas that answer see it. */
const gatewayStatus = gatewayReport.extend({
  /** Whether a replica reaches it; null: no replica answers. */
  reached: z.boolean().nullable(),
});
export type GatewayStatus = z.infer<typeof gatewayStatus>;

export const status = z.object({
  /** The monitor that answers, and the time. */
  id: memberId,
  at: timestamp,
  partitions: z.array(partitionStatus),
  replicas: z.array(replicaStatus),
  monitors: z.array(monitorStatus),
  /** Patients instances. Empty: none is configured. */
  patients: z.array(instanceStatus),
  /** The load balancer in front of the instances. Null: this monitor knows none. */
  balancer: balancerStatus.nullable(),
  queue: queueStatus,
  /** Whether new payments are accepted. Null: not read yet. */
  acceptance: acceptance.nullable(),
  /** The scheduled hand-over that is open, or the last result of 24 hours. Null: none. */
  scheduledHandover: scheduleStatus.nullable(),
  /** Why the oldest pending payment waits. Null: none is pending. */
  waiting: waitingStatus.nullable(),
  gateway: gatewayStatus,
  /** The nodes of a replicated PostgreSQL. Null: this monitor knows none (DATABASE_NODES). */
  record: recordStatus.nullable(),
  /** The servers and Sentinels of a Redis group. Null: REDIS_URL names one server. */
  redisGroup: groupStatus.nullable(),
  /** The members of ZooKeeper. Null: this monitor knows no measurements (ENSEMBLE_MEMBERS). */
  ensemble: z.array(ensembleStatus).nullable(),
  /** The measuring devices. Null: this monitor knows no measurements. */
  devices: z.array(deviceStatus).nullable(),
  /** Whether this monitor reaches them; null: not tried yet. */
  engines: z.object({ postgres: z.boolean().nullable(), redis: z.boolean().nullable() }),
  /** The disk of this installation. Null: this monitor watches none (DISK_FOLDER). */
  disk: diskStatus.nullable(),
  /** Whether fault switches exist here. */
  faults: z.boolean(),
});
export type Status = z.infer<typeof status>;

const adminEnd = administered.pick({ adminReason: true, adminUntil: true }).partial().shape;

/**
 * The fields that the CLI shows. Other fields are not checked and are passed on, so that the CLI
 * and a monitor may have different versions.
 */
export const statusSummary = z.looseObject({
  partitions: z.array(
    partitionStatus
      .pick({ partition: true, term: true, leader: true, since: true, reason: true })
      .partial({ since: true, reason: true })
      .loose(),
  ),
  replicas: z.array(
    replicaStatus
      .pick({ id: true, admin: true, observed: true, role: true, term: true, pingMs: true })
      .extend(adminEnd)
      .partial({ role: true, term: true, pingMs: true })
      .loose(),
  ),
  monitors: z
    .array(monitorStatus.pick({ id: true, observed: true }).partial({ observed: true }).loose())
    .default([]),
  patients: z
    .array(
      instanceStatus
        .pick({ id: true, admin: true, observed: true, balancer: true })
        .extend(adminEnd)
        .partial({ admin: true, observed: true, balancer: true })
        .loose(),
    )
    .default([]),
  balancer: balancerStatus.partial().loose().nullable().default(null),
  queue: queueStatus.partial().loose(),
  acceptance: acceptance.partial().loose().nullable().default(null),
  scheduledHandover: scheduleStatus
    .pick({ id: true, at: true, to: true, reason: true, state: true, outcome: true })
    .loose()
    .nullable()
    .default(null),
  waiting: z.looseObject({ cause: z.string(), sentence: z.string() }).nullable().default(null),
});
export type StatusSummary = z.infer<typeof statusSummary>;
