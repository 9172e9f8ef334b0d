/**
 * One payment through whatever happens: asked with one key, and asked again with the same key when the answer was lost or said to come
 * back, until its time is up. The key makes that safe: the service knows it and charges once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Payment, PaymentRequest } from '../shared/contracts/payment.js';
import { ask, Refused, Unreachable, type Reply } from './client.js';

export interface PayCommand {
  addresses: readonly string[];
  token: string;
  request: PaymentRequest;
  key: string;
  /** How long to wait for the outcome, in ms; 0: until it is accepted. */
  waitMs: number;
  /** Told why it is asked again. */
  onRetry: (reason: string) => void;
  signal: AbortSignal;
}

export interface PayOutcome {
  payment: Payment;
  /** `key`: the key had been used by an earlier command. `retry`: by a try of this one. */
  replayed: 'no' | 'key' | 'retry';
  tries: number;
}

/** The longest that the service keeps a request open, in s. */
const LONGEST_ASK_S = 30;
/** Beyond the wait: for the way there and back, and for a service that is just being started again. */
const GRACE_MS = 5_000;
const PAUSE_MS = 500;
/** A service that answers before the wait is over is being stopped; it must not be flooded. */
const PENDING_PAUSE_MS = 200;

const mayAskAgain = (error: unknown): error is Refused | Unreachable =>
  error instanceof Unreachable || (error instanceof Refused && error.retryable);

function askOnce({ addresses, token, request, key, signal }: PayCommand, leftMs: number): Promise<Reply<Payment>> {
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

/** @throws CommandFailure when it was refused, or nobody answered in time. */
export async function payThrough(command: PayCommand): Promise<PayOutcome> {
  const begun = performance.now();
  const left = (): number => command.waitMs - (performance.now() - begun);
  let replayed: PayOutcome['replayed'] | null = null;
  for (let tries = 1; ; tries += 1) {
    try {
      const { body: payment, status, headers } = await askOnce(command, left());
      replayed ??= headers.get('idempotent-replayed') !== 'true' ? 'no' : tries === 1 ? 'key' : 'retry';
      if (status === 201 || left() <= 0) return { payment, replayed, tries };
      await delay(PENDING_PAUSE_MS, undefined, { signal: command.signal });
    } catch (error) {
      if (!mayAskAgain(error) || left() + GRACE_MS <= 0) throw error;
      command.onRetry(error.message);
      await delay(error instanceof Refused ? (error.retryAfterMs ?? PAUSE_MS) : PAUSE_MS, undefined, { signal: command.signal });
    }
  }
}
