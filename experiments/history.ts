/** What a client did and saw, and what the record, the gateway and the elections say: all that a checker may look at. */

/** One request as the client knows it. Times are wall clock, ms since 1970. */
export interface RequestRecord {
  trial: number;
  /** The Idempotency-Key: names the request. */
  key: string;
  /** When it was due; latency counts from here. */
  intendedMs: number;
  sentMs: number;
  answeredMs: number;
  /** HTTP status; null when there was no answer. */
  httpStatus: number | null;
  /** What the answer said became of the payment; null when it did not say. */
  status: 'PENDING' | 'SUCCEEDED' | 'DECLINED' | 'FAILED' | null;
  paymentId: string | null;
  term: number | null;
  /** Why there is no outcome: ECONNRESET, ETIMEDOUT, a problem's code, HTTP_5xx, STILL_PENDING, NOT_SENT. */
  error: string | null;
  /** Who was asked: the name or address of a patients instance or balancer. */
  instance: string;
  /** How often it was asked, with the same key; 0: never sent (`NOT_SENT`). */
  tries: number;
  /** Why the tries before the last one told nothing, in order. */
  earlierErrors: readonly string[];
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
  /** The parcel it was committed with; null: not final, or taken without one. */
  parcel: string | null;
  acceptedBy: string;
  reason: string | null;
  lastError: string | null;
}

/** A movement of the gateway's own ledger. */
export interface ChargeRow {
  key: string;
  status: 'approved' | 'declined' | 'cancelled';
  /** When it was decided, ISO 8601; left out by a ledger that does not say. */
  at?: string;
}

/** A row of `election`. Times are wall clock, ms since 1970. */
export interface ElectionRow {
  term: number;
  leader: string;
  previousLeader: string | null;
  kind: string;
  reason: string;
  monitor: string;
  votes: number;
  suspectedMs: number | null;
  electedMs: number;
  /** When the new leader knew; then it reclaims. */
  promotedMs: number | null;
  /** When it had reclaimed what the one before it held, and fetched. */
  reclaimedMs: number | null;
  firstCommitMs: number | null;
}

/** A fault as it really happened. Times are wall clock, ms since 1970. */
export interface FaultWindow {
  trial: number;
  kind: string;
  target: string;
  atMs: number;
  /** Null: it was never healed (an operator's hand-over, the end of the run). */
  healedMs: number | null;
}

export interface Evidence {
  requests: readonly RequestRecord[];
  payments: readonly PaymentRow[];
  /** Null: the gateway keeps no ledger, so nothing is said about charges. */
  charges: readonly ChargeRow[] | null;
  elections: readonly ElectionRow[];
  faults: readonly FaultWindow[];
}
