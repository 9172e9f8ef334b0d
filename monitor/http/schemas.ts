/**
 * Schemas of the monitor's answers; the status is in shared/contracts/status.ts. They type the code
 * and are part of the OpenAPI document.
 */
import { z } from 'zod';
import { memberId, partition, term, timestamp } from '../../shared/contracts/ids.js';
import { adminState } from '../../shared/contracts/leadership.js';
import { BALANCER_VIEWS, replicaStatus } from '../../shared/contracts/status.js';
import { ACTIONS } from '../core/preview.js';

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
  /** When the former leader last reported to `monitor`. */
  workedAt: timestamp.nullable(),
  suspectedAt: timestamp.nullable(),
  electedAt: timestamp,
  promotedAt: timestamp.nullable(),
  reclaimedAt: timestamp.nullable(),
  firstCommitAt: timestamp.nullable(),
  /** The duration of each step, in ms. Null: the step has not happened or was not measured. */
  steps: z.object({
    detectMs: z.number().nullable(),
    voteMs: z.number().nullable(),
    promoteMs: z.number().nullable(),
    reclaimMs: z.number().nullable(),
    firstCommitMs: z.number().nullable(),
  }),
  /**
   * Time without a leader, ms: from `workedAt` (or `suspectedAt`) to `reclaimedAt`. Null: not taken
   * over yet, or there was no leader before.
   */
  leaderlessMs: z.number().nullable(),
  /** Whether a payment waited for the new leader; null: it has not committed yet. */
  paymentsWaited: z.boolean().nullable(),
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
  /** When the monitors return it to ready; null: an operator does. */
  until: timestamp.nullable(),
  leader: memberId.nullable(),
  term,
  /** The hand-over that was necessary. Null: none. */
  moved: handoverAnswer.nullable(),
});
export type StateAnswer = z.infer<typeof stateAnswer>;

/** The state that the balancer applied, and its view of the instance. */
export const instanceAnswer = z.object({
  id: memberId,
  admin: adminState,
  reason: z.string(),
  /** As for a replica. */
  until: timestamp.nullable(),
  balancer: z.enum(BALANCER_VIEWS),
});
export type InstanceAnswer = z.infer<typeof instanceAnswer>;

export const faultAnswer = z.object({
  id: memberId,
  /** The effect as text. */
  words: z.string(),
  leader: memberId.nullable(),
  term,
  /** Time until another leader was elected. Null: the leadership did not move. */
  tookMs: z.number().nullable(),
});
export type FaultAnswer = z.infer<typeof faultAnswer>;

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

const audit = z.object({
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
export type Series = z.infer<typeof series>;
