/**
 * The gateway as a replica needs it. Every call names the payment id as its key; a gateway moves money at most once a key (I6).
 * "Unknown" is an outcome: an answer that was lost says nothing about the money, so it is asked for by key, never guessed.
 */
export interface ChargeOrder {
  /** The payment id: the idempotency key. */
  key: string;
  patientId: string;
  amountMinor: number;
  currency: string;
}

/** The gateway's word. */
export type Verdict =
  | { kind: 'approved'; reference: string }
  | { kind: 'declined'; reference: string; reason: string }
  /** The key was closed before any money moved, and no later charge with it will be made. */
  | { kind: 'cancelled' }
  /** The gateway knows no such key (yet: a slow call may still arrive). */
  | { kind: 'absent' }
  /** The gateway said that it did nothing. `retryAfterMs`: it asked for this wait. */
  | { kind: 'unavailable'; error: string; retryAfterMs?: number }
  /** The gateway works, did nothing, and asks to be called less often. */
  | { kind: 'limited'; error: string; retryAfterMs?: number }
  /** The request was never sent: no connection could be made. */
  | { kind: 'unsent'; error: string }
  /** The answer was lost, or was none that can be about this charge. */
  | { kind: 'unknown'; error: string };

export interface Gateway {
  charge(order: ChargeOrder, signal: AbortSignal): Promise<Verdict>;
  lookup(order: ChargeOrder, signal: AbortSignal): Promise<Verdict>;
  /** Closes the key: `cancelled`, or the verdict of the charge that was made before. */
  cancel(order: ChargeOrder, signal: AbortSignal): Promise<Verdict>;
  /** Whether it says that it can charge. Never throws. */
  reachable(): Promise<boolean>;
}
