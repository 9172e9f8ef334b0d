/**
 * The observations of the clients and the data of PostgreSQL, the gateway and the elections: the
 * whole input of a checker.
 */
import type { PaymentKind } from '../../shared/contracts/payment.js';

/** One request as its client observed it. Times are wall clock, ms since 1970. */
export interface RequestRecord {
  trial: number;
  /** The Idempotency-Key: identifies the request. */
  key: string;
  /** Due time; latency counts from here. */
  intendedMs: number;
  sentMs: number;
  answeredMs: number;
  /** HTTP status; null without a response. */
  httpStatus: number | null;
  /** Status of the payment according to the response; null when the response contains none. */
  status: 'PENDING' | 'SUCCEEDED' | 'DECLINED' | 'FAILED' | null;
  paymentId: string | null;
  term: number | null;
  /**
   * Why there is no outcome: ECONNRESET, ETIMEDOUT, a problem's code, HTTP_5xx, STILL_PENDING,
   * NOT_SENT.
   */
  error: string | null;
  /** The called server: name or address of a patients instance or of a load balancer. */
  instance: string;
  /** Number of attempts with the same key; 0: never sent (`NOT_SENT`). */
  tries: number;
  /** Errors of the attempts before the last one, in order. */
  earlierErrors: readonly string[];
  /** 429 or 503 with `Retry-After`. Absent: no. */
  isRefusal?: boolean;
}

/** A row of `payment`. */
export interface PaymentRow {
  id: string;
  key: string;
  seq: number;
  patientId: string;
  status: 'PENDING' | 'SUCCEEDED' | 'DECLINED' | 'FAILED';
  term: number | null;
  processedBy: string | null;
  acceptedMs: number;
  completedMs: number | null;
  attempts: number;
  /** The parcel that committed the payment; null: not final, or processed without a parcel. */
  parcel: string | null;
  acceptedBy: string;
  reason: string | null;
  lastError: string | null;
  /** Absent in histories of earlier versions: a charge. */
  kind?: PaymentKind;
  /** The charge or authorization of an operation. */
  of?: string | null;
  amountMinor?: number;
}

/** An entry of the gateway's own ledger. */
export interface ChargeRow {
  key: string;
  status: 'approved' | 'declined' | 'cancelled';
  /** Time of the decision, ISO 8601; omitted by a ledger without times. */
  at?: string;
  /** Absent: a charge. */
  kind?: PaymentKind;
  /** The key of the charge or authorization of an operation. */
  of?: string;
  amountMinor?: number;
}

/** A row of `election`. Times are wall clock, ms since 1970. */
export interface RecordedElection {
  term: number;
  leader: string;
  previousLeader: string | null;
  kind: string;
  reason: string;
  monitor: string;
  votes: number;
  /** When the former leader last reported to the monitor. Omitted in records of older versions. */
  workedMs?: number | null;
  suspectedMs: number | null;
  electedMs: number;
  /** When the new leader was notified; then it reclaims. */
  promotedMs: number | null;
  /** When the new leader had reclaimed the parcels of its predecessor, and fetched. */
  reclaimedMs: number | null;
  firstCommitMs: number | null;
}

/** A fault as it was injected. Times are wall clock, ms since 1970. */
export interface FaultWindow {
  trial: number;
  kind: string;
  target: string;
  atMs: number;
  /** Null: never healed (a planned hand-over, the end of the run). */
  healedMs: number | null;
}

export interface RunEvidence {
  requests: readonly RequestRecord[];
  /** Requests for captures, voids and refunds. Absent: none was sent. */
  operations?: readonly RequestRecord[];
  payments: readonly PaymentRow[];
  /** Null: the gateway has no ledger, so nothing is known about charges. */
  charges: readonly ChargeRow[] | null;
  /** Payments whose ledger in PostgreSQL does not sum to zero. Absent: not read. */
  unbalanced?: readonly string[];
  elections: readonly RecordedElection[];
  faults: readonly FaultWindow[];
}
