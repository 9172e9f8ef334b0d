/**
 * Builds requests. They are built before any clock starts, so that the generator only sends during
 * a measurement.
 */
import { randomUUID } from 'node:crypto';
import type { PeerOrder } from '../peer.js';

export interface HttpTarget {
  /** Scheme, host and port. */
  origin: string;
  path: string;
  /** Sent with every request. */
  headers: Readonly<Record<string, string>>;
}

/** The body of a payment: Relevo chooses the id. */
const bodyOf = ({ patientId, amountMinor, currency }: PeerOrder) => ({
  patientId,
  amountMinor,
  currency,
});

export interface HttpRequest {
  headers: Record<string, string>;
  body: string;
}

const requestOf = (target: HttpTarget, body: unknown): HttpRequest => ({
  headers: {
    ...target.headers,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  },
  body: JSON.stringify(body),
});

export const toSingleRequest = (target: HttpTarget, order: PeerOrder): HttpRequest =>
  requestOf(target, bodyOf(order));

/** @param timeoutMs time for which the response may wait for outcomes; 0: acceptance only. */
export const toBatchRequest = (
  target: HttpTarget,
  orders: readonly PeerOrder[],
  timeoutMs: number,
): HttpRequest => requestOf(target, { payments: orders.map(bodyOf), timeoutMs });
