/**
 * Asks a monitor why a payment waits. The cause only explains: without an answer, a command shows
 * the state alone.
 */
import { waitingAnswer } from '../../shared/contracts/waiting.js';
import { ask } from '../client.js';
import { findToken, type Target } from '../target.js';

const ANSWER_MS = 3_000;

export interface WaitingQuestion {
  target: Target;
  /** Omitted: the oldest pending payment. */
  payment?: string | undefined;
  signal: AbortSignal;
}

/** The cause as a clause; null: the payment is not pending, or no monitor answered. */
export async function askWaiting({
  target,
  payment,
  signal,
}: WaitingQuestion): Promise<string | null> {
  const query = payment === undefined ? '' : `?payment=${encodeURIComponent(payment)}`;
  try {
    const { body } = await ask<unknown>(target.addresses('monitor'), {
      path: `/waiting${query}`,
      token: findToken(target, 'api'),
      timeoutMs: ANSWER_MS,
      signal,
    });
    return waitingAnswer.parse(body).waiting?.sentence ?? null;
  } catch {
    return null;
  }
}
