/** Schemas of the monitor's answers. They type the code and are part of the OpenAPI document. */
import { z } from 'zod';
import { memberId, partition, term, timestamp } from '../../shared/contracts/ids.js';
import { adminState, reaches, role } from '../../shared/contracts/leadership.js';
import { INSTANCE_OBSERVED } from '../core/instances.js';
import { OBSERVED, OPINIONS } from '../core/observed.js';
import { ACTIONS } from '../core/preview.js';
import { PHASES } from '../core/types.js';

export const partitionStatus = z.object({
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

/**
 * `url`, `pid` and `bootId` are omitted without a token. `role` is null unless the replica is
 * alive.
 */
export const replicaStatus = z.object({
  id: memberId,
  url: z.string().optional(),
  pid: z.int().nullable().optional(),
  bootId: z.string().nullable().optional(),
  admin: adminState,
  adminReason: z.string(),
  /** Null: never set. */
  adminSince: timestamp.nullable(),
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
  layer: z.enum(['connection', 'heartbeat', 'ping']).nullable(),
  role: role.nullable(),
  term: term.nullable(),
  pingMs: z.number().nullable(),
  lastSeenAt: timestamp.nullable(),
  parcelsInFlight: z.int().nullable(),
  committed: z.int().nullable(),
  reaches: reaches.nullable(),
});
export type ReplicaStatus = z.infer<typeof replicaStatus>;

export const monitorStatus = z.object({
  id: memberId,
  url: z.string().optional(),
  observed: z.enum(['unknown', 'alive', 'suspect']),
  /** The leader that this monitor reports; null: it reported none. */
  leader: memberId.nullable(),
  term: term.nullable(),
});
export type MonitorStatus = z.infer<typeof monitorStatus>;

/** A patients instance as this monitor sees it. `url` is omitted without a token. */
export const instanceStatus = z.object({
  id: memberId,
  url: z.string().optional(),
  /** `suspect`: it answered before and does not any more. `unknown`: it never answered. */
  observed: z.enum(INSTANCE_OBSERVED),
  /** When the state last changed. Null: it never answered. */
  since: timestamp.nullable(),
});
export type InstanceStatus = z.infer<typeof instanceStatus>;

export const queueStatus = z.object({
  waiting: z.int().nullable(),
  active: z.int().nullable(),
  pending: z.int().nullable(),
  failed: z.int().nullable(),
});

export const status = z.object({
  /** The monitor that answers, and the time. */
  id: memberId,
  at: timestamp,
  partitions: z.array(partitionStatus),
  replicas: z.array(replicaStatus),
  monitors: z.array(monitorStatus),
  /** Patients instances. Empty: none is configured. */
  patients: z.array(instanceStatus),
  queue: queueStatus,
  /** Whether this monitor reaches them; null: not tried yet. */
  engines: z.object({ postgres: z.boolean().nullable(), redis: z.boolean().nullable() }),
  /** Whether fault switches exist here. */
  faults: z.boolean(),
});
export type Status = z.infer<typeof status>;

export const election = z.object({
  partition,
  term,
  leader: memberId,
  /** Omitted without a token. */
  bootId: z.string().optional(),
  previousLeader: memberId.nullable(),
  kind: z.string(),
  reason: z.string(),
  monitor: memberId,
  votes: z.int(),
  suspectedAt: timestamp.nullable(),
  electedAt: timestamp,
  promotedAt: timestamp.nullable(),
  reclaimedAt: timestamp.nullable(),
  firstCommitAt: timestamp.nullable(),
  /** The duration of each step, in ms. Null: the step has not happened or was not measured. */
  steps: z.object({
    voteMs: z.number().nullable(),
    promoteMs: z.number().nullable(),
    reclaimMs: z.number().nullable(),
    firstCommitMs: z.number().nullable(),
  }),
});
export type Election = z.infer<typeof election>;

export const handoverAnswer = z.object({
  partition,
  term,
  leader: memberId,
  previous: memberId.nullable(),
  drained: z.boolean(),
  tookMs: z.number(),
});
export type HandoverAnswer = z.infer<typeof handoverAnswer>;

export const stateAnswer = z.object({
  id: memberId,
  admin: adminState,
  reason: z.string(),
  leader: memberId.nullable(),
  term,
  /** The hand-over that was necessary. Null: none. */
  moved: handoverAnswer.nullable(),
});

export const strikeAnswer = z.object({
  id: memberId,
  /** The effect as text. */
  words: z.string(),
  leader: memberId.nullable(),
  term,
  /** Time until another leader was elected. Null: the leadership did not move. */
  tookMs: z.number().nullable(),
});

export const preview = z.object({
  action: z.enum(ACTIONS),
  replica: memberId.nullable(),
  /** Null: the action is possible. */
  refusal: z.object({ code: z.string(), detail: z.string() }).nullable(),
  leader: memberId.nullable(),
  term,
  moves: z.boolean(),
  candidates: z.array(memberId),
  worstCaseMs: z.number().nullable(),
  parcelsInFlight: z.int().nullable(),
  words: z.array(z.string()),
});

/** For the next page send `next` as `cursor`. Null: this is the last page. */
const next = z.string().nullable();
export const electionPage = z.object({ elections: z.array(election), next });
export type ElectionPage = z.infer<typeof electionPage>;

export const audit = z.object({
  id: z.int(),
  at: timestamp,
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  reason: z.string(),
  outcome: z.string(),
});
export type Audit = z.infer<typeof audit>;
export const auditPage = z.object({ rows: z.array(audit), next });
export type AuditPage = z.infer<typeof auditPage>;

export const replicaList = z.object({ replicas: z.array(replicaStatus) });

const counts = z.array(z.int().nullable());
const measures = z.array(z.number().nullable());
/** All columns but `pings` are as long as `at`. */
export const series = z.object({
  stepMs: z.int(),
  /** Wall clock, ms. */
  at: z.array(z.int()),
  /** Payments per second. */
  committed: z.array(z.number()),
  pending: counts,
  waiting: counts,
  active: counts,
  failed: counts,
  /** Percentiles of the latency, ms. */
  p50: measures,
  p99: measures,
  /** Payments per second by replica. */
  replicas: z.record(memberId, z.array(z.number())),
  /** The last pings by replica, ms. Null: no answer. */
  pings: z.record(memberId, measures),
});
