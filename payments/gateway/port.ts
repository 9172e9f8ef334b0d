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
  /** It said that it did nothing, or could not be reached at all. */
  | { kind: 'unavailable'; error: string }
  /** The answer was lost. */
  | { kind: 'unknown'; error: string };

export interface Gateway {
  charge(order: ChargeOrder, signal: AbortSignal): Promise<Verdict>;
  lookup(key: string, signal: AbortSignal): Promise<Verdict>;
  /** Closes the key: `cancelled`, or the verdict of the charge that was made before. */
  cancel(key: string, signal: AbortSignal): Promise<Verdict>;
  /** Whether it answers at all. Never throws. */
  reachable(): Promise<boolean>;
}
