/**
 * Sends one payment and survives lost answers. Repeats the request with the same key when the
 * answer was lost or asks for a retry, until the time is over. The key makes the retries safe: the
 * service recognises it and charges once.
 */
import { sleep } from '../../shared/clock.js';
import type { Payment, PaymentRequest } from '../../shared/contracts/payment.js';
import { retryCall, type Retries } from '../../shared/retry-call.js';
import { ask, isRetryable, Refused, type Reply } from '../client.js';

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
  let tries = 0;
  const askAgain = (): Promise<Reply<Payment>> => {
    tries += 1;
    return askOnce(command, left());
  };
  const retries: Retries = {
    isRetryable,
    pausesMs: [PAUSE_MS],
    getRequestedPauseMs: (error) => (error instanceof Refused ? error.retryAfterMs : null),
    beforePause: ({ error }) => {
      if (left() + GRACE_MS <= 0) throw error;
      command.onRetry((error as Error).message);
    },
    pause: (ms) => sleep(ms, command.signal),
  };
  let replayed: PayOutcome['replayed'] | null = null;
  for (;;) {
    const { body: payment, status, headers } = await retryCall(askAgain, retries);
    replayed ??=
      headers.get('idempotent-replayed') !== 'true' ? 'no' : tries === 1 ? 'key' : 'retry';
    if (status === 201 || left() <= 0) return { payment, replayed, tries };
    await sleep(PENDING_PAUSE_MS, command.signal);
  }
}
