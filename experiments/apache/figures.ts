/** The measurements of the experiment apache, exercise by exercise. */
import type { ApacheMember } from '../../shared/balancer/apache-control.js';
import type { FlowStepName } from '../balancer/flow-steps.js';

export type ReportedSessionStore = 'memory' | 'redis';

/** Requests of an exercise, and how often each instance was elected for them. */
export interface ElectionFigures {
  sent: number;
  /** Requests without the expected answer. */
  failed: number;
  /** By instance. */
  elected: Readonly<Record<string, number>>;
}

/** Records that were written through one instance after the other. */
export interface RecordFigures {
  instances: number;
  /** Records that name the only enabled instance. */
  namedRight: number;
  /** Instances whose list has all records, each with its instance. */
  listAll: number;
}

/** Flows of the two steps: identify, then pay. */
export interface TwoStepFigures {
  flows: number;
  /** Flows whose payment was accepted. */
  paid: number;
  /** Flows that identified the patient and then met an instance without the session. */
  lostAtSecondStep: number;
}

export interface InstanceFailoverFigures {
  /** Before an instance was stopped. */
  before: readonly ApacheMember[];
  /** The instance with the fewest elections. */
  stopped: string;
  /** Requests while it was stopped; the first one has its cookie. */
  sent: number;
  failed: number;
  /** The instance that answered the first request; null: none did. */
  servedBy: string | null;
  /** Its state afterwards. */
  status: string;
}

export interface FailbackFigures extends ElectionFigures {
  returned: string;
  status: string;
}

/** A flow whose instance was stopped between the two steps. */
export interface MidSessionFigures {
  /** The instance that identified the patient. */
  first: string | null;
  /** The instance that answered the payment. */
  second: string | null;
  paid: boolean;
  sessionLost: boolean;
  cookieMoved: boolean;
  /** The instance that the record names; null: there is no record. */
  recordedBy: string | null;
}

export interface RequestFigures {
  name: FlowStepName;
  mean: number;
  p95: number;
  p99: number;
}

export interface IterationFigures extends ElectionFigures {
  iterations: number;
  /** By HTTP status or error code. */
  errors: Readonly<Record<string, number>>;
  /** Records that name the instance that answered their payment. */
  namedRight: number;
  requests: readonly RequestFigures[];
  throughputPerSec: number;
}

/** The figures of the exercises about sessions, for each session store. */
type PerStore<T> = Readonly<Record<ReportedSessionStore, T>>;

export interface ApacheFigures {
  instances: readonly string[];
  workers: readonly ApacheMember[];
  oneUp: ElectionFigures;
  records: RecordFigures;
  withoutCookie: PerStore<TwoStepFigures>;
  withCookie: PerStore<TwoStepFigures>;
  failover: InstanceFailoverFigures;
  failback: FailbackFigures;
  midSession: PerStore<MidSessionFigures>;
  cleared: IterationFigures;
  kept: IterationFigures;
}
