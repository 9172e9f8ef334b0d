/**
 * Translates an HTTP response of the gateway into a reply. Only a readable, valid response about
 * this key, order, amount and currency decides the outcome. Every other response means "unknown",
 * and the outcome is looked up by key.
 */
import { charge as chargeSchema } from '../../shared/contracts/gateway.js';
import { retryAfterMs } from '../core/retry.js';
import type { ChargeOrder, Reply } from '../core/gateway.js';

export interface GatewayResponse {
  status: number;
  /** The header `Retry-After`, if there was one. */
  retryAfter: string | undefined;
  body: unknown;
}

const unknown = (error: string): Reply => ({ kind: 'unknown', error });

function refusal(
  kind: 'unavailable' | 'limited',
  { status, retryAfter }: GatewayResponse,
  wall: Date,
): Reply {
  const asked = retryAfterMs(retryAfter, wall);
  return {
    kind,
    error: `gateway answered ${status}`,
    ...(asked === null ? {} : { retryAfterMs: asked }),
  };
}

/** @param wall the current time, for a `Retry-After` that is a date. */
export function toReply(response: GatewayResponse, order: ChargeOrder, wall: Date): Reply {
  const { status, body } = response;
  if (status === 404) return { kind: 'absent' };
  if (status === 503) return refusal('unavailable', response, wall);
  if (status === 429) return refusal('limited', response, wall);
  if (status !== 200 && status !== 201) return unknown(`gateway answered ${status}`);
  const parsed = chargeSchema.safeParse(body);
  if (!parsed.success) return unknown(`gateway answered ${status} with an unreadable charge`);
  const { key, status: outcome, reference, reason, amountMinor, currency, kind, of } = parsed.data;
  if (key !== order.key) return unknown('gateway answered for another key');
  if (outcome === 'cancelled') return { kind: 'cancelled' };
  if (amountMinor !== order.amountMinor || currency !== order.currency)
    return unknown('gateway answered for another amount or currency');
  if ((kind ?? 'charge') !== (order.kind ?? 'charge') || of !== (order.of ?? undefined))
    return unknown('gateway answered for another kind of order');
  return outcome === 'approved'
    ? { kind: 'approved', reference }
    : { kind: 'declined', reference, reason: reason ?? 'DECLINED' };
}
