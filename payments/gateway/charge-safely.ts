/**
 * One payment, one attempt: charge, and when the answer is lost ask for it by key. Before the last attempt may end in FAILED the key
 * is closed at the gateway, because an earlier call, of this leader or of one that died, may have moved money without anybody hearing
 * of it. As long as the gateway does not give its word the payment stays pending.
 */
import type { ChargeOrder, Gateway, Verdict } from './port.js';

/** What an attempt came to: the gateway's final word, or "again later" with the reason. */
export type Attempt =
  | { kind: 'succeeded'; reference: string }
  | { kind: 'declined'; reference: string; reason: string }
  | { kind: 'failed'; reason: string }
  | { kind: 'again'; error: string };

function fromVerdict(verdict: Verdict): Attempt {
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
    case 'unknown':
      return { kind: 'again', error: verdict.error };
  }
}

/** @param last whether no further attempt is planned: then the key is closed, and FAILED means "no money moved, ever". */
export async function chargeSafely(gateway: Gateway, order: ChargeOrder, last: boolean, signal: AbortSignal): Promise<Attempt> {
  let verdict = await gateway.charge(order, signal);
  if (verdict.kind === 'unknown') {
    const lost = verdict.error;
    verdict = await gateway.lookup(order.key, signal);
    if (verdict.kind === 'absent') verdict = { kind: 'unknown', error: lost };
  }
  const attempt = fromVerdict(verdict);
  return attempt.kind === 'again' && last ? closeKey(gateway, order.key, attempt, signal) : attempt;
}

async function closeKey(gateway: Gateway, key: string, attempt: Attempt & { kind: 'again' }, signal: AbortSignal): Promise<Attempt> {
  const closed = fromVerdict(await gateway.cancel(key, signal));
  return closed.kind === 'again' ? attempt : closed;
}
