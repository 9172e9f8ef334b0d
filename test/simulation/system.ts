/** The parts of one simulated system, as its processes see each other. Filled in by build.ts. */
import type { Settings } from '../../monitor/core/types.js';
import type { Checks } from './invariants.js';
import type { LeadershipTable } from './model/leadership-table.js';
import type { Engine } from './model/engine.js';
import type { Network } from './model/network.js';
import type { ParcelQueue } from './model/parcel-queue.js';
import type { PaymentGateway } from './model/payment-gateway.js';
import type { PaymentTable } from './model/payment-table.js';
import type { World } from './model/world.js';
import type { MonitorProcess } from './processes/monitor.js';
import type { PatientsProcess } from './processes/patients.js';
import type { ReplicaProcess } from './processes/replica.js';
import type { Rules } from './rules.js';

export interface System {
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
  readonly replicas: ReplicaProcess[];
  readonly monitors: MonitorProcess[];
  readonly patients: PatientsProcess[];
}

/** Timings of the simulated replicas and patients, in ms: the relations of the defaults, a few times shorter. */
export const TIMES = {
  beatMs: 100,
  pollMs: 300,
  resumeMs: 600,
  relayIntervalMs: 120,
  relayGraceMs: 60,
  statementMs: 150,
  giveBackMs: 100,
  retry: { maxAttempts: 3, baseMs: 30, capMs: 200 },
  concurrency: 3,
  parcelMax: 2,
} as const;
