/**
 * Client for any gateway that honours `Idempotency-Key` and supports look-up and cancellation by
 * key (shared/contracts/gateway.ts). Each call has one deadline and a maximum response size. A
 * request that was never sent is distinguished from one whose answer was lost. The health check
 * uses its own connection, so that it does not wait behind charges.
 */
import http, { type ClientRequest } from 'node:http';
import https from 'node:https';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import type { PaymentKind } from '../../shared/contracts/payment.js';
import { DeadlineExceeded, withDeadline } from '../../shared/deadline.js';
import type { ChargeOrder, Gateway, Reply } from '../core/gateway.js';
import { toReply } from './reply.js';

export interface HttpGatewayOptions {
  url: string;
  token: string;
  /** Time limit of one call, in ms. After it the outcome is "unknown" and is looked up by key. */
  timeoutMs: number;
  /** Maximum number of connections for charges, look-ups and cancellations. */
  maxSockets: number;
  /** Path that reports whether the gateway can charge. */
  healthPath: string;
}

/** Maximum response size, in bytes. The response to a charge has about 200. */
const RESPONSE_MAX_BYTES = 16_384;

/** Where the gateway accepts each kind of order. */
const PATHS: Readonly<Record<PaymentKind, string>> = {
  charge: '/charges',
  authorize: '/authorizations',
  capture: '/captures',
  void: '/voids',
  refund: '/refunds',
};

/** The request that carries an order out. An order without `kind` is a charge. */
function toRequest({ key, kind = 'charge', of, ...rest }: ChargeOrder): AxiosRequestConfig {
  const data = of === null || of === undefined ? rest : { ...rest, of };
  return { method: 'POST', url: PATHS[kind], data, headers: { 'Idempotency-Key': key } };
}

/** Whether a request has left this process. */
interface Sending {
  isSent: boolean;
}

/** Wraps node:http or node:https and records when a request was written. */
function recordSending(
  url: string,
  sending: Sending,
): { request(options: object, handle: () => void): ClientRequest } {
  const { request } = url.startsWith('https:') ? https : http;
  return {
    request: (options, handle) =>
      request(options, handle).once('finish', () => {
        sending.isSent = true;
      }),
  };
}

function failureVerdict(error: unknown, { isSent }: Sending): Reply {
  const { code, message } = error as { code?: string; message?: string };
  const text = error instanceof DeadlineExceeded ? error.message : (code ?? message ?? 'no answer');
  return { kind: isSent ? 'unknown' : 'unsent', error: text };
}

function createClient({ url, token }: HttpGatewayOptions, maxSockets: number): AxiosInstance {
  const sockets = { keepAlive: true, maxSockets };
  return axios.create({
    baseURL: url,
    httpAgent: new http.Agent(sockets),
    httpsAgent: new https.Agent(sockets),
    headers: { authorization: `Bearer ${token}` },
    validateStatus: () => true,
    maxRedirects: 0,
    maxContentLength: RESPONSE_MAX_BYTES,
    proxy: false,
  });
}

export function createHttpGateway(options: HttpGatewayOptions): Gateway {
  const { url, timeoutMs, maxSockets, healthPath } = options;
  const client = createClient(options, maxSockets);
  const health = createClient(options, 1);

  async function ask(
    request: AxiosRequestConfig,
    order: ChargeOrder,
    outer: AbortSignal,
  ): Promise<Reply> {
    const sending = { isSent: false };
    try {
      const send = (signal: AbortSignal) =>
        client.request<unknown>({ ...request, signal, transport: recordSending(url, sending) });
      const { status, headers, data } = await withDeadline(timeoutMs, outer, send);
      const retryAfter =
        headers['retry-after'] === undefined ? undefined : String(headers['retry-after']);
      return toReply({ status, retryAfter, body: data }, order, new Date());
    } catch (error) {
      outer.throwIfAborted();
      return failureVerdict(error, sending);
    }
  }

  return {
    charge: (order, signal) => ask(toRequest(order), order, signal),
    lookup: (order, signal) => ask({ method: 'GET', url: `/charges/${order.key}` }, order, signal),
    cancel: (order, signal) =>
      ask({ method: 'POST', url: `/charges/${order.key}/cancel`, data: {} }, order, signal),
    reachable: async () => {
      try {
        const { status } = await withDeadline(timeoutMs, null, (signal) =>
          health.get(healthPath, { signal }),
        );
        return status < 300 || status === 404; // A gateway without that path at least answers.
      } catch {
        return false;
      }
    },
  };
}
