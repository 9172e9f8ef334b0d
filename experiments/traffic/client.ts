/**
 * A payment client as an application would write it: POST, an Idempotency-Key, `Prefer: wait`; or a
 * whole batch in one request, as from Postman. It does not retry: the first response counts
 * (`retrying-client.ts` retries).
 */
import { Agent } from 'node:http';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { withDeadline } from '../../shared/deadline.js';
import type { RequestRecord } from '../record/history.js';
import { isRefusalInOrder, readFailure, readPayment } from './answers.js';
import { readBatch } from './batch-answer.js';

export interface PaymentOrder {
  key: string;
  patientId: string;
  amountMinor: number;
  currency: string;
  /** `manual`: the money is only held. */
  capture?: 'manual';
}

/** A capture, a void or a refund. */
export interface OperationOrder {
  key: string;
  path: string;
  amountMinor?: number;
}

interface BatchOrder {
  key: string;
  count: number;
}

export interface PaymentClient {
  /**
   * Never rejects: an error is part of the record. @param intendedMs when the request was due, wall
   * clock.
   */
  pay(
    order: PaymentOrder | OperationOrder,
    trial: number,
    intendedMs: number,
  ): Promise<RequestRecord>;
  /** Sends one request for `count` payments and returns one record per payment. Never rejects. */
  payBatch(order: BatchOrder, trial: number, intendedMs: number): Promise<RequestRecord[]>;
  close(): void;
}

export const wallMs = (): number => performance.timeOrigin + performance.now();

/** Largest response that is read, in bytes: a batch of 100,000 payments has about 20 MB. */
const ANSWER_MAX_BYTES = 64 * 1_048_576;
/** Accepts one payment. */
export const PAYMENTS_PATH = '/api/payments';
/** No earlier attempts: one shared array for all records. */
const NONE: readonly string[] = [];

/**
 * @param patienceMs the longest time that the client waits for a response.
 * @param prefer `wait`: for the outcome (`Prefer: wait`); `return`: only for the acceptance.
 */
export function createPaymentClient(
  urls: readonly string[],
  token: string,
  patienceMs: number,
  prefer: 'wait' | 'return' = 'wait',
): PaymentClient {
  const agent = new Agent({ keepAlive: true });
  const headers = {
    authorization: `Bearer ${token}`,
    ...(prefer === 'wait' ? { prefer: `wait=${Math.max(1, Math.ceil(patienceMs / 1000))}` } : {}),
  };
  const options = {
    headers,
    httpAgent: agent,
    validateStatus: () => true,
    proxy: false as const,
    maxContentLength: ANSWER_MAX_BYTES,
  };
  const clients: AxiosInstance[] = urls.map((baseURL) => axios.create({ baseURL, ...options }));
  const post = (
    client: AxiosInstance,
    path: string,
    body: object,
    key: string,
  ): Promise<AxiosResponse<unknown>> =>
    withDeadline(patienceMs + 1_000, null, (signal) =>
      client.post<unknown>(path, body, { signal, headers: { 'idempotency-key': key } }),
    );
  let turn = 0;
  const startRequest = (trial: number, key: string, intendedMs: number) => {
    const at = turn++ % clients.length;
    const start = {
      trial,
      key,
      intendedMs,
      sentMs: wallMs(),
      instance: urls[at] ?? '',
      tries: 1,
      earlierErrors: NONE,
    };
    return { client: clients[at] as AxiosInstance, start };
  };
  return {
    pay: async (order, trial, intendedMs) => {
      const { key, path, ...body } = { path: PAYMENTS_PATH, ...order };
      const { client, start } = startRequest(trial, key, intendedMs);
      const outcome = await post(client, path, body, key).then(
        ({ status, data, headers }) => ({
          ...readPayment(status, data),
          ...(isRefusalInOrder(status, headers['retry-after']) ? { isRefusal: true } : {}),
        }),
        readFailure,
      );
      return { ...start, answeredMs: wallMs(), ...outcome };
    },
    payBatch: async ({ key, count }, trial, intendedMs) => {
      const { client, start } = startRequest(trial, key, intendedMs);
      const body = { count, timeoutMs: patienceMs };
      const outcomes = await post(client, '/api/batches', body, key).then(
        ({ status, data }) => readBatch(key, count, status, data),
        (error: unknown) => readBatch(key, count, null, error),
      );
      const answeredMs = wallMs();
      return outcomes.map((outcome) => ({ ...start, answeredMs, ...outcome }));
    },
    close: () => agent.destroy(),
  };
}
