/** Where requests go, and how they look. Made before any clock starts: a generator should not be busy with anything but sending. */
import { randomUUID } from 'node:crypto';
import type { Order } from '../peer.js';

export interface Target {
  /** Scheme, host and port. */
  origin: string;
  path: string;
  /** Sent with every request. */
  headers: Readonly<Record<string, string>>;
}

/** What a client pays with: the id is Relevo's to choose. */
const bodyOf = ({ patientId, amountMinor, currency }: Order) => ({ patientId, amountMinor, currency });

export interface Request {
  headers: Record<string, string>;
  body: string;
}

const requestOf = (target: Target, body: unknown): Request =>
  ({ headers: { ...target.headers, 'content-type': 'application/json', 'idempotency-key': randomUUID() }, body: JSON.stringify(body) });

export const singleRequest = (target: Target, order: Order): Request => requestOf(target, bodyOf(order));

/** @param timeoutMs how long the answer may wait for outcomes; 0: for their acceptance only. */
export const batchRequest = (target: Target, orders: readonly Order[], timeoutMs: number): Request =>
  requestOf(target, { payments: orders.map(bodyOf), timeoutMs });
