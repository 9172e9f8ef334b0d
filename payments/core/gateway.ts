/**
 * The interface of a gateway to a replica. Every call names the payment id as its key; a gateway
 * moves money at most once per key (I6). "Unknown" is an outcome: a lost answer shows nothing about
 * the money, so the charge is looked up by key, never guessed.
 */
import type { PaymentKind } from '../../shared/contracts/payment.js';

export interface ChargeOrder {
  /** The payment id: the idempotency key. */
  key: string;
  patientId: string;
  amountMinor: number;
  currency: string;
  /** Absent: a charge. */
  kind?: PaymentKind | undefined;
  /** The key of the charge or authorization of an operation. Null or absent: no operation. */
  of?: string | null | undefined;
}

/** The gateway's answer. */
export type Reply =
  | { kind: 'approved'; reference: string }
  | { kind: 'declined'; reference: string; reason: string }
  /** The key was closed before any money moved; no later order with it will be carried out. */
  | { kind: 'cancelled' }
  /** The gateway knows no such key (yet: a slow call may still arrive). */
  | { kind: 'absent' }
  /** The gateway reports that it did nothing. `retryAfterMs`: the wait that it requested. */
  | { kind: 'unavailable'; error: string; retryAfterMs?: number }
  /** The gateway works, did nothing, and requests fewer calls. */
  | { kind: 'limited'; error: string; retryAfterMs?: number }
  /** The request was never sent: no connection could be made. */
  | { kind: 'unsent'; error: string }
  /** The answer was lost, or cannot be about this charge. */
  | { kind: 'unknown'; error: string };

export interface Gateway {
  /** Carries the order out: charges, authorizes, captures, voids or refunds, as its kind says. */
  charge(order: ChargeOrder, signal: AbortSignal): Promise<Reply>;
  lookup(order: ChargeOrder, signal: AbortSignal): Promise<Reply>;
  /** Closes the key: `cancelled`, or the reply of the charge that was made before. */
  cancel(order: ChargeOrder, signal: AbortSignal): Promise<Reply>;
  /** Whether the gateway reports that it can charge. Never throws. */
  reachable(): Promise<boolean>;
}
