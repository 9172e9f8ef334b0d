/** The parts of one simulated system, as its processes see each other. Assembled by run.ts. */
import type { Settings } from '../monitor/core/types.js';
import type { RoleState } from '../payments/core/role.js';
import type { Leadership, ReplicaReport } from '../shared/contracts/leadership.js';
import type { Checks } from './invariants/checks.js';
import type { LeadershipTable } from './model/leadership-table.js';
import type { Engine } from './model/engine.js';
import type { Network } from './model/network.js';
import type { ParcelQueue } from './model/parcel-queue.js';
import type { PaymentGateway } from './model/payment-gateway.js';
import type { NewRow, PaymentTable } from './model/payment-table.js';
import type { Process } from './model/process.js';
import type { World } from './model/world.js';
import type { Rules } from './rules.js';

/** A replica, as others see it. */
export interface SimulatedReplica extends Process {
  /** A new one for each life. */
  readonly bootId: string;
  readonly role: RoleState;
  report(): ReplicaReport;
  /** @param pushed whether a monitor promotes now, rather than echoes its knowledge. */
  applyLeadership(leadership: Leadership, pushed: boolean): void;
  /**
   * Finishes payments in flight. @param onResult receives whether nothing is in flight any more.
   */
  standDown(term: number, timeoutMs: number, onResult: (drained: boolean) => void): void;
  /** @param onResult receives the payments in flight when the leader of `term` fetches no more. */
  listLeft(term: number, onResult: (inFlight: readonly string[] | null) => void): void;
  /** Charges waiting payments, except these and those behind them. */
  prepare(term: number, inFlight: readonly string[]): void;
  /** Sends beats to this listener from now on. */
  listen(listener: BeatListener): void;
  redisReturned(): void;
  /** Its queue worker stops fetching and does not notice. */
  jamWorker(): void;
  /**
   * The statements of its current term get no answers any more, although everything is reachable.
   */
  hang(): void;
}

/** A monitor's end of one connection to a replica. */
export interface BeatListener {
  readonly monitor: Process;
  readonly isOver: boolean;
  /** Lines keep their order: no line arrives before this time. */
  arrivalMs: number;
  line(report: ReplicaReport): void;
  /** The replica closed its end. */
  onLost(): void;
}

/** A monitor, as faults and operators see it. */
export interface Monitor extends Process {
  /** Sets its wall clock forwards or backwards. */
  jump(ms: number): void;
  /** Suspends it: its monotonic clock stops, its wall clock does not. */
  standStill(ms: number): void;
  /** Operator request. @param to null: the monitor chooses. */
  handOver(to: string | null): void;
}

/** A payment as a client sends it. */
export type SentPayment = Omit<NewRow, 'id'>;

/** An instance of patients, as clients see it. */
export interface Patients extends Process {
  /** @param reply true: 2xx. */
  pay(payment: SentPayment, reply: (accepted: boolean) => void): void;
  /** An operator cancels the payment with this key. @param reply whether the payment exists. */
  cancel(key: string, reply: (marked: boolean) => void): void;
}

export interface SimulatedSystem {
  readonly world: World;
  readonly network: Network;
  readonly rules: Rules;
  readonly checks: Checks;
  readonly settings: Omit<Settings, 'monitor'>;
  readonly database: Engine;
  readonly payments: PaymentTable;
  readonly leadership: LeadershipTable;
  readonly queue: ParcelQueue;
  readonly gateway: PaymentGateway;
  readonly replicas: SimulatedReplica[];
  readonly monitors: Monitor[];
  readonly patients: Patients[];
}

/**
 * Timings of the simulated replicas and patients, in ms: the relations of the defaults, a few times
 * shorter.
 */
export const TIMES = {
  beatMs: 100,
  pollMs: 300,
  resumeMs: 600,
  earlyPauseMs: 4,
  earlyMs: 400,
  listMs: 40,
  relayIntervalMs: 120,
  relayGraceMs: 60,
  relayStallMs: 700,
  pauseMs: 250,
  gatewayMs: 80,
  statementMs: 150,
  giveBackMs: 100,
  retry: { leastAttempts: 2, giveUpAfterMs: 120, baseMs: 30, capMs: 200 },
  concurrency: 3,
  parcelMax: 2,
} as const;
