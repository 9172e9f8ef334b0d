/**
 * The groups of options from which a replica is built. start.ts creates them; every part receives
 * only the groups that it uses.
 */
import type { Redis } from 'ioredis';
import type { Role } from '../shared/contracts/leadership.js';
import type { OutcomeMessage } from '../shared/contracts/outcome.js';
import type { Clock } from '../shared/clock.js';
import type { Logger } from '../shared/observability/logger.js';
import type { CommitResult, FencingToken } from '../shared/postgres/ledger.js';
import type { Random } from '../shared/random.js';
import type { Gateway } from './core/gateway.js';
import type { Pool } from '../shared/postgres/postgres.js';
import type { ReconnectingQueue } from '../shared/queue/reconnecting-queue.js';
import type { RetryPolicy } from './core/retry.js';

/** The replica in this life, and the partition that it may lead. */
export interface Identity {
  id: string;
  bootId: string;
  partition: number;
}

/** Loads use one connection and commits another, so that each keeps its order. */
export interface Database {
  loads: Pool;
  commits: Pool;
  /**
   * For statements that may wait: marks in the history, polls of the relay. They never delay a load
   * or a commit.
   */
  background: Pool;
}

export interface QueueAccess {
  parcels: ReconnectingQueue;
  redis: Redis;
}

export interface RelayPolicy {
  intervalMs: number;
  /** A payment younger than this is not overdue. */
  graceMs: number;
}

export interface Policy {
  retry: RetryPolicy;
  relay: RelayPolicy;
  /** Maximum number of payments in flight. */
  inFlightMax: number;
  /** Maximum number of parcels begun before the queue's worker runs. */
  prefetchMax: number;
  /** Time limit of a call to the gateway, ms. */
  gatewayTimeoutMs: number;
  /** A leader that stood down leads again after this time without a successor. */
  resumeMs: number;
}

/** Events that a replica reports to its process. */
export interface ReplicaEvents {
  /** Notifies the callers that wait for an outcome. */
  publish: (message: OutcomeMessage) => void;
  onRoleChange: (role: Role, term: number) => void;
  /** An invariant broke. The process must end; a standby takes over. */
  onFatal: (error: unknown) => void;
}

/** Events that a term reports to its replica. */
export interface TermEvents extends Pick<ReplicaEvents, 'publish' | 'onFatal'> {
  /** The fence refused a commit of this term. */
  onRefused: (term: number) => void;
  onCommitted: (payments: number) => void;
}

/** Events that the work on parcels reports to its term. */
interface WorkEvents extends Pick<ReplicaEvents, 'publish'> {
  /** A payment is due again in `ms`. */
  wakeIn: (ms: number) => void;
  onCommit: (result: CommitResult) => void;
}

/** The work on the parcels of one term. */
export interface TermWorkOptions {
  token: FencingToken;
  database: Pick<Database, 'loads' | 'commits'>;
  gateway: Gateway;
  clock: Clock;
  random: Random;
  policy: Pick<Policy, 'retry' | 'inFlightMax'>;
  events: WorkEvents;
  logger: Logger;
  /** Fires when the term is over, or possibly over. */
  signal: AbortSignal;
}
