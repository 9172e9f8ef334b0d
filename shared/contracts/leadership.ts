/**
 * Messages between monitors and replicas: the current leadership, reports of replicas and commands
 * of monitors.
 */
import { z } from 'zod';
import { memberId, partition, reason, term, timestamp } from './ids.js';

export const ADMIN_STATES = ['ready', 'drain', 'maint'] as const;
export const adminState = z.enum(ADMIN_STATES);
export type AdminState = z.infer<typeof adminState>;

/** The state of a replica or an instance in the status, as an operator set it. */
export const administered = z.object({
  admin: adminState,
  adminReason: z.string(),
  /** Null: never set. */
  adminSince: timestamp.nullable(),
  /** When the monitors return it to ready; null: it is ready, or an operator does. */
  adminUntil: timestamp.nullable(),
});

/**
 * The row of `leadership`, as pings and promotions carry it. `leader` null: no leader was elected
 * yet (term 0).
 */
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
 * standby: warm, ready to lead. leading: processes payments. standing-down: finishes payments in
 * flight and fetches no new ones; ends with the next leadership received, or a time-out returns the
 * replica to leading.
 */
export const ROLES = ['standby', 'leading', 'standing-down'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/**
 * `POST /ping` of a replica. Carries the current leadership (ECHO), so that a lost message is made
 * good by the next ping.
 */
export const pingRequest = z.object({ monitor: memberId, leaderships: z.array(leadership) });
export type PingRequest = z.infer<typeof pingRequest>;

export const reaches = z.object({
  postgres: z.boolean(),
  redis: z.boolean(),
  gateway: z.boolean(),
});
export type Reaches = z.infer<typeof reaches>;

const duration = z.number().nonnegative().nullable();

/** The calls of one replica to the gateway in the last minute. */
export const gatewayReport = z.object({
  calls: z.int().nonnegative(),
  /** Calls without an answer about the charge: refused, limited, never sent, or lost. */
  failed: z.int().nonnegative(),
  /** Percentiles of the duration, ms; null: there was no call. */
  p50Ms: duration,
  p99Ms: duration,
  /** The latest failure of the last ten seconds; null: there was none. */
  error: z.string().max(200).nullable(),
});
export type GatewayReport = z.infer<typeof gatewayReport>;

/** A replica's report about itself: the answer to a ping, and a beat of the stream. */
export const replicaReport = z.object({
  id: memberId,
  /**
   * Identifies one run of the process. A restarted replica has a new one and never resumes an old
   * term.
   */
  bootId: z.string(),
  pid: z.int(),
  role,
  /** The highest term received. */
  term,
  parcelsInFlight: z.int(),
  /** Payments committed since the process started. */
  committed: z.int(),
  /** The dependencies that the last check reached. */
  reaches,
  /** Omitted by older versions. */
  gateway: gatewayReport.optional(),
  /**
   * Leader only: time without progress while payments wait or are in work, in ms; null: no payment
   * waits.
   */
  stalledMs: z.number().nullable(),
});
export type ReplicaReport = z.infer<typeof replicaReport>;

/**
 * One line of `GET /stream` (NDJSON). `bye`: the replica stops in an orderly way and has nothing in
 * flight.
 */
export const streamLine = z.object({ type: z.enum(['beat', 'bye']), report: replicaReport });
export type StreamLine = z.infer<typeof streamLine>;

/** Most payments in flight that a message names. With more of them nothing is charged early. */
export const IN_FLIGHT_NAMED = 1_000;
const paymentIds = z.array(z.uuid()).max(IN_FLIGHT_NAMED);

/**
 * `POST /stand-down` of the leader: finish payments in flight, fetch no new ones. Answered when
 * done or after `timeoutMs`.
 */
export const standDownRequest = z.object({
  partition,
  term,
  timeoutMs: z.int().min(0).max(60_000),
});
export const standDownAnswer = z.object({ drained: z.boolean(), report: replicaReport });
/** `POST /in-flight` of a leader that stands down; answered when it fetches nothing more. */
export const inFlightRequest = z.object({ partition, term });
/** Null: more than `IN_FLIGHT_NAMED`, or it still fetches. */
export const inFlightAnswer = z.object({ inFlight: paymentIds.nullable() });
export type InFlightAnswer = z.infer<typeof inFlightAnswer>;

/**
 * `POST /prepare` of the successor: charge the payments that wait in the queue, except those in
 * flight at the leader of this term and those behind them. Commits follow when the term begins.
 */
export const prepareRequest = z.object({ partition, term, inFlight: paymentIds });
export type PrepareRequest = z.infer<typeof prepareRequest>;
export type StandDownAnswer = z.infer<typeof standDownAnswer>;

/**
 * An operator's command to a monitor. `until`: UTC; when the monitors return the member to ready.
 * Omitted: an operator does.
 */
export const stateRequest = z
  .strictObject({ state: adminState, reason, until: timestamp.optional() })
  .refine(({ state, until }) => state !== 'ready' || until === undefined, {
    path: ['until'],
    error: 'only drain and maint have an end',
  });
/** An operator's command to a monitor. `to` omitted: the monitor chooses. */
export const handoverRequest = z.strictObject({ to: memberId.optional(), reason });
