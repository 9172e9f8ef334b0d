/**
 * Any gateway that honours `Idempotency-Key` and can be asked and cancelled by key (shared/contracts/gateway.ts).
 * What an HTTP failure means is decided here: refused connections and 503 say "nothing happened", everything else that is not an
 * answer says "unknown".
 */
import { Agent } from 'node:http';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { charge as chargeSchema } from '../../shared/contracts/gateway.js';
import type { Gateway, Verdict } from './port.js';

export interface HttpGatewayOptions {
  url: string;
  token: string;
  /** Longest wait for one answer, in ms. Later it is "unknown" and asked for by key. */
  timeoutMs: number;
  /** Connections kept open. */
  maxSockets: number;
}

const NOTHING_HAPPENED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

function toVerdict(response: AxiosResponse): Verdict {
  if (response.status === 404) return { kind: 'absent' };
  if (response.status === 503 || response.status === 429) return { kind: 'unavailable', error: `gateway answered ${response.status}` };
  const parsed = chargeSchema.safeParse(response.data);
  if (!parsed.success) return { kind: 'unknown', error: `gateway answered ${response.status}` };
  const { status, reference, reason } = parsed.data;
  if (status === 'approved') return { kind: 'approved', reference };
  if (status === 'declined') return { kind: 'declined', reference, reason: reason ?? 'DECLINED' };
  return { kind: 'cancelled' };
}

function failureVerdict(error: unknown): Verdict {
  const { code, message } = error as { code?: string; message?: string };
  const text = code ?? message ?? 'no answer';
  return NOTHING_HAPPENED.has(code ?? '') ? { kind: 'unavailable', error: text } : { kind: 'unknown', error: text };
}

async function ask(call: Promise<AxiosResponse>, signal: AbortSignal): Promise<Verdict> {
  try {
    return toVerdict(await call);
  } catch (error) {
    signal.throwIfAborted();
    return failureVerdict(error);
  }
}

export function createHttpGateway({ url, token, timeoutMs, maxSockets }: HttpGatewayOptions): Gateway {
  const client: AxiosInstance = axios.create({
    baseURL: url,
    timeout: timeoutMs,
    httpAgent: new Agent({ keepAlive: true, maxSockets }),
    headers: { authorization: `Bearer ${token}` },
    validateStatus: () => true,
    maxRedirects: 0,
    proxy: false,
  });
  return {
    charge: ({ key, ...order }, signal) => ask(client.post('/charges', order, { signal, headers: { 'Idempotency-Key': key } }), signal),
    lookup: (key, signal) => ask(client.get(`/charges/${key}`, { signal }), signal),
    cancel: (key, signal) => ask(client.post(`/charges/${key}/cancel`, {}, { signal }), signal),
    reachable: async () => {
      try {
        return (await client.get('/livez')).status === 200;
      } catch {
        return false;
      }
    },
  };
}
