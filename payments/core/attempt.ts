/**
 * One payment, one attempt: charge, and when the answer is lost ask for it by key. A charge that was never sent, or that a rate limit
 * refused, is no attempt: it says nothing about whether the gateway can charge. Before the last attempt may end in FAILED the key
 * is closed at the gateway, because an earlier call, of this leader or of one that died, may have moved money without anybody hearing
 * of it. As long as the gateway does not give its word the payment stays pending.
 */
import type { Verdict } from '../gateway/port.js';
import type { Answer } from './parcel.js';

/** What to ask of the gateway next. `lost`: why an earlier answer of this attempt is missing; null: none is. */
export interface Call {
  readonly ask: 'charge' | 'lookup' | 'cancel';
  readonly lost: string | null;
}

/** The next call, or what the attempt came to. */
export type AttemptStep = { readonly call: Call } | { readonly answer: Answer };

/** Every attempt begins with it. */
export const FIRST_CALL: Call = { ask: 'charge', lost: null };

function fromVerdict(verdict: Verdict): Answer {
  switch (verdict.kind) {
    case 'approved':
      return { kind: 'succeeded', reference: verdict.reference };
    case 'declined':
      return { kind: 'declined', reference: verdict.reference, reason: verdict.reason };
    case 'cancelled':
      return { kind: 'failed', reason: 'GATEWAY_UNAVAILABLE' };
    case 'absent':
      return { kind: 'again', error: 'the gateway lost the call' };
    case 'unavailable':
    case 'limited':
      return { kind: 'again', error: verdict.error, ...(verdict.retryAfterMs === undefined ? {} : { retryAfterMs: verdict.retryAfterMs }) };
    case 'unsent':
    case 'unknown':
      return { kind: 'again', error: verdict.error };
  }
}

/** Whether this charge says nothing about the gateway's ability to charge. */
const isNoAttempt = ({ ask }: Call, { kind }: Verdict): boolean => ask === 'charge' && (kind === 'unsent' || kind === 'limited');

/** @param last whether no further attempt is planned: then the key is closed, and FAILED means "no money moved, ever". */
export function afterVerdict({ ask, lost }: Call, verdict: Verdict, last: boolean): AttemptStep {
  if (ask === 'charge' && verdict.kind === 'unknown') return { call: { ask: 'lookup', lost: verdict.error } };
  const asked = verdict.kind === 'absent' && lost !== null ? { kind: 'again' as const, error: lost } : fromVerdict(verdict);
  if (asked.kind !== 'again') return { answer: asked };
  if (isNoAttempt({ ask, lost }, verdict)) return { answer: { ...asked, uncounted: true } };
  if (ask === 'cancel') return { answer: { kind: 'again', error: lost ?? asked.error } };
  return last ? { call: { ask: 'cancel', lost: asked.error } } : { answer: asked };
}
