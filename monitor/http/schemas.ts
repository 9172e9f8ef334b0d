/** What a monitor answers, as schemas: they type the code and are published in the OpenAPI document. */
import { z } from 'zod';
import { memberId, partition, term, timestamp } from '../../shared/contracts/ids.js';
import { adminState, reaches, role } from '../../shared/contracts/leadership.js';
import { OBSERVED } from '../core/observed.js';
import { PHASES } from '../core/types.js';

export const partitionStatus = z.object({
  partition,
  term,
  leader: memberId.nullable(),
  /** When this leader was elected; null: not known yet. */
  since: timestamp.nullable(),
  reason: z.string(),
  /** Where this monitor's failover machine stands, and the same in one sentence. */
  phase: z.enum(PHASES),
  decision: z.string(),
});
export type PartitionStatus = z.infer<typeof partitionStatus>;

/** `url`, `pid` and `bootId` are left out without a token. `role` is null unless it is alive. */
export const replicaStatus = z.object({
  id: memberId,
  url: z.string().optional(),
  pid: z.int().nullable().optional(),
  bootId: z.string().nullable().optional(),
  admin: adminState,
  adminReason: z.string(),
  observed: z.enum(OBSERVED),
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

export const monitorStatus = z.object({ id: memberId, url: z.string().optional(), observed: z.enum(['unknown', 'alive', 'suspect']) });
export type MonitorStatus = z.infer<typeof monitorStatus>;

export const queueStatus = z.object({
  waiting: z.int().nullable(),
  active: z.int().nullable(),
  pending: z.int().nullable(),
  failed: z.int().nullable(),
});

export const status = z.object({
  /** The monitor that answers, and when. */
  id: memberId,
  at: timestamp,
  partitions: z.array(partitionStatus),
  replicas: z.array(replicaStatus),
  monitors: z.array(monitorStatus),
  queue: queueStatus,
});
export type Status = z.infer<typeof status>;

export const election = z.object({
  partition,
  term,
  leader: memberId,
  /** Left out without a token. */
  bootId: z.string().optional(),
  previousLeader: memberId.nullable(),
  kind: z.string(),
  reason: z.string(),
  monitor: memberId,
  votes: z.int(),
  suspectedAt: timestamp.nullable(),
  electedAt: timestamp,
  promotedAt: timestamp.nullable(),
  firstCommitAt: timestamp.nullable(),
});
export type Election = z.infer<typeof election>;

export const electionPage = z.object({
  elections: z.array(election),
  /** Give it as `cursor` for the next page; null: this is the last. */
  next: z.string().nullable(),
});
export const electionQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().regex(/^\d{1,15}$/, 'must be the `next` of an earlier page').optional(),
});

export const stateAnswer = z.object({ id: memberId, admin: adminState, reason: z.string(), leader: memberId.nullable(), term });
export const handoverAnswer = z.object({
  partition,
  term,
  leader: memberId,
  previous: memberId.nullable(),
  drained: z.boolean(),
  tookMs: z.number(),
});
