/** Who leads, what replicas say of themselves, and what monitors tell them. */
import { z } from 'zod';
import { memberId, partition, reason, term, timestamp } from './ids.js';

export const ADMIN_STATES = ['ready', 'drain', 'maint'] as const;
export const adminState = z.enum(ADMIN_STATES);
export type AdminState = z.infer<typeof adminState>;

/** The row of `leadership`, as pings and promotions carry it. `leader` null: nobody was elected yet (term 0). */
export const leadership = z.object({
  partition,
  term,
  leader: memberId.nullable(),
  bootId: z.string().nullable(),
  reason: z.string(),
  electedAt: timestamp,
});
export type Leadership = z.infer<typeof leadership>;

/**
 * standby: warm, ready to lead. leading: takes money. standing-down: finishes what is in flight, takes nothing new;
 * the next leadership it hears of ends this, or a time-out takes it back to leading.
 */
export const ROLES = ['standby', 'leading', 'standing-down'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** `POST /ping` of a replica: ECHO with who leads, so that a lost message heals. */
export const pingRequest = z.object({ monitor: memberId, leaderships: z.array(leadership) });
export type PingRequest = z.infer<typeof pingRequest>;

export const reaches = z.object({ postgres: z.boolean(), redis: z.boolean(), gateway: z.boolean() });
export type Reaches = z.infer<typeof reaches>;

/** A replica's word about itself: the answer to a ping, and a beat of the stream. */
export const replicaReport = z.object({
  id: memberId,
  /** One life of the process: a restarted replica has another one and never resumes an old term. */
  bootId: z.string(),
  pid: z.int(),
  role,
  /** The highest term it has heard of. */
  term,
  parcelsInFlight: z.int(),
  /** Payments committed in this life. */
  committed: z.int(),
  /** What it could reach at its last look. */
  reaches,
  /** A leader: for how long payments have waited, or been worked on, without any progress, in ms; null when none waits. */
  stalledMs: z.number().nullable(),
});
export type ReplicaReport = z.infer<typeof replicaReport>;

/** One line of `GET /stream` (NDJSON). `bye`: it leaves in good order and has nothing in flight. */
export const streamLine = z.object({ type: z.enum(['beat', 'bye']), report: replicaReport });
export type StreamLine = z.infer<typeof streamLine>;

/** `POST /stand-down` of the leader: finish what is in flight, fetch nothing new; answered when done or after `timeoutMs`. */
export const standDownRequest = z.object({ partition, term, timeoutMs: z.int().min(0).max(60_000) });
export type StandDownRequest = z.infer<typeof standDownRequest>;
export const standDownAnswer = z.object({ drained: z.boolean(), report: replicaReport });
export type StandDownAnswer = z.infer<typeof standDownAnswer>;

/** Operator's words to a monitor. */
export const stateRequest = z.strictObject({ state: adminState, reason });
export const handoverRequest = z.strictObject({ to: memberId.optional(), reason });
