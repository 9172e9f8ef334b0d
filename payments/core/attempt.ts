/**
 * Decides the calls of one attempt to charge one payment: charge first; when the answer is lost,
 * look the charge up by its key. A charge that was never sent, or that a rate limit refused, does
 * not count as an attempt, because it shows nothing about whether the gateway can charge. The last
 * attempt may end in FAILED only after the gateway closed the key: an earlier call, of this leader
 * or of one that crashed, may have moved money although its answer was lost. Until the gateway
 * confirms an outcome, the payment stays pending. A payment that an operator asked to cancel is not
 * charged: its attempt closes the key, and ends in FAILED unless an earlier call moved the money.
 */
import type { Reply } from './gateway.js';
import type { ChargeAnswer } from './parcel.js';

/**
 * The next call to the gateway. `lost`: why an earlier answer of this attempt is missing; null: no
 * answer is missing.
 */
export interface Call {
  readonly ask: 'charge' | 'lookup' | 'cancel';
  readonly lost: string | null;
}

/** The next call, or the result of the attempt. */
export type AttemptStep = { readonly call: Call } | { readonly answer: ChargeAnswer };

/** An attempt begins with this call. */
const FIRST_CALL: Call = { ask: 'charge', lost: null };
/** The attempt of a payment that is cancelled begins with this call. */
const CANCEL_CALL: Call = { ask: 'cancel', lost: null };

export interface AttemptRules {
  /**
   * Whether no further attempt is planned. If so, a failed attempt closes the key first, so FAILED
   * means that no money moved or ever will.
   */
  last: boolean;
  /** Whether an operator asked to cancel the payment. Absent: no. */
  cancelling?: boolean | undefined;
}

export const getFirstCall = ({ cancelling }: Pick<AttemptRules, 'cancelling'>): Call =>
  cancelling ? CANCEL_CALL : FIRST_CALL;

function fromReply(reply: Reply, cancelling: boolean): ChargeAnswer {
  switch (reply.kind) {
    case 'approved':
      return { kind: 'succeeded', reference: reply.reference };
    case 'declined':
      return { kind: 'declined', reference: reply.reference, reason: reply.reason };
    case 'cancelled':
      return { kind: 'failed', reason: cancelling ? 'CANCELLED' : 'GATEWAY_UNAVAILABLE' };
    case 'absent':
      return { kind: 'again', error: 'the gateway lost the call' };
    case 'unavailable':
    case 'limited':
      return {
        kind: 'again',
        error: reply.error,
        ...(reply.retryAfterMs === undefined ? {} : { retryAfterMs: reply.retryAfterMs }),
      };
    case 'unsent':
    case 'unknown':
      return { kind: 'again', error: reply.error };
  }
}

/** Whether this charge shows nothing about the gateway's ability to charge. */
const isNoAttempt = ({ ask }: Call, { kind }: Reply): boolean =>
  ask === 'charge' && (kind === 'unsent' || kind === 'limited');

/** The step after a reply to `call`. */
export function afterReply(
  { ask, lost }: Call,
  reply: Reply,
  { last, cancelling = false }: AttemptRules,
): AttemptStep {
  if (ask === 'charge' && reply.kind === 'unknown')
    return { call: { ask: 'lookup', lost: reply.error } };
  const asked =
    reply.kind === 'absent' && lost !== null
      ? { kind: 'again' as const, error: lost }
      : fromReply(reply, cancelling);
  if (asked.kind !== 'again') return { answer: asked };
  if (isNoAttempt({ ask, lost }, reply)) return { answer: { ...asked, uncounted: true } };
  if (ask === 'cancel') return { answer: { kind: 'again', error: lost ?? asked.error } };
  return last ? { call: { ask: 'cancel', lost: asked.error } } : { answer: asked };
}
