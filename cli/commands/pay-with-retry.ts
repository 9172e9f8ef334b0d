/**
 * Sends one payment and survives lost answers. Repeats the request with the same key when the
 * answer was lost or asks for a retry, until the time is over. The key makes the retries safe: the
 * service recognises it and charges once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Payment, PaymentRequest } from '../../shared/contracts/payment.js';
import { ask, Refused, Unreachable, type Reply } from '../client.js';

export interface PayCommand {
  addresses: readonly string[];
  token: string;
  request: PaymentRequest;
  key: string;
  /** Longest wait for the outcome, in ms. 0: wait only until the payment is accepted. */
  waitMs: number;
  /** Called with the reason before each retry. */
  onRetry: (reason: string) => void;
  signal: AbortSignal;
}

export interface PayOutcome {
  payment: Payment;
  /**
   * `key`: an earlier command used the key. `retry`: an earlier try of this command was accepted.
   */
  replayed: 'no' | 'key' | 'retry';
  tries: number;
}

/** The longest time for which the service holds a request open, in s. */
const LONGEST_ASK_S = 30;
/** Time beyond the wait: for the round trip, and for a service that is restarting. */
const GRACE_MS = 5_000;
const PAUSE_MS = 500;
/**
 * A service answers before the wait is over when it is stopping. The pause prevents a flood of
 * requests.
 */
const PENDING_PAUSE_MS = 200;

const mayRetry = (error: unknown): error is Refused | Unreachable =>
  error instanceof Unreachable || (error instanceof Refused && error.retryable);

function askOnce(
  { addresses, token, request, key, signal }: PayCommand,
  leftMs: number,
): Promise<Reply<Payment>> {
  const wait = Math.min(LONGEST_ASK_S, Math.max(0, Math.ceil(leftMs / 1_000)));
  return ask<Payment>(addresses, {
    method: 'POST',
    path: '/api/payments',
    token,
    body: request,
    headers: { 'idempotency-key': key, ...(wait > 0 ? { prefer: `wait=${wait}` } : {}) },
    timeoutMs: wait * 1_000 + GRACE_MS,
    signal,
  });
}

/** @throws CommandFailure when the payment was refused, or no service answered in time. */
export async function payWithRetry(command: PayCommand): Promise<PayOutcome> {
  const begun = performance.now();
  const left = (): number => command.waitMs - (performance.now() - begun);
  let replayed: PayOutcome['replayed'] | null = null;
  for (let tries = 1; ; tries += 1) {
    try {
      const { body: payment, status, headers } = await askOnce(command, left());
      replayed ??=
        headers.get('idempotent-replayed') !== 'true' ? 'no' : tries === 1 ? 'key' : 'retry';
      if (status === 201 || left() <= 0) return { payment, replayed, tries };
      await delay(PENDING_PAUSE_MS, undefined, { signal: command.signal });
    } catch (error) {
      if (!mayRetry(error) || left() + GRACE_MS <= 0) throw error;
      command.onRetry(error.message);
      await delay(
        error instanceof Refused ? (error.retryAfterMs ?? PAUSE_MS) : PAUSE_MS,
        undefined,
        { signal: command.signal },
      );
    }
  }
}
