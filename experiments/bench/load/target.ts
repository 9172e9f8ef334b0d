/**
 * Builds requests. They are built before any clock starts, so that the generator only sends during
 * a measurement.
 */
import { randomUUID } from 'node:crypto';
import type { Order } from '../peer.js';

export interface Target {
  /** Scheme, host and port. */
  origin: string;
  path: string;
  /** Sent with every request. */
  headers: Readonly<Record<string, string>>;
}

/** The body of a payment: Relevo chooses the id. */
const bodyOf = ({ patientId, amountMinor, currency }: Order) => ({
  patientId,
  amountMinor,
  currency,
});

export interface Request {
  headers: Record<string, string>;
  body: string;
}

const requestOf = (target: Target, body: unknown): Request => ({
  headers: {
    ...target.headers,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  },
  body: JSON.stringify(body),
});

export const singleRequest = (target: Target, order: Order): Request =>
  requestOf(target, bodyOf(order));

/** @param timeoutMs time for which the response may wait for outcomes; 0: acceptance only. */
export const batchRequest = (
  target: Target,
  orders: readonly Order[],
  timeoutMs: number,
): Request => requestOf(target, { payments: orders.map(bodyOf), timeoutMs });
