/**
 * A client as one would write it: POST, an Idempotency-Key, `Prefer: wait`. It does not try again: what it is told first counts.
 */
import { Agent } from 'node:http';
import axios, { type AxiosInstance } from 'axios';
import { payment } from '../../shared/contracts/payment.js';
import type { RequestRecord } from '../history.js';

export interface PaymentOrder {
  key: string;
  patientId: string;
  amountMinor: number;
  currency: string;
}

export interface PaymentClient {
  pay(order: PaymentOrder, trial: number, intendedMs: number): Promise<RequestRecord>;
  close(): void;
}

const wallMs = (): number => performance.timeOrigin + performance.now();

/** @param patienceMs how long the client waits for an answer, at the most. */
export function createPaymentClient(urls: readonly string[], token: string, patienceMs: number): PaymentClient {
  const agent = new Agent({ keepAlive: true });
  const headers = { authorization: `Bearer ${token}`, prefer: `wait=${Math.max(1, Math.ceil(patienceMs / 1000))}` };
  const options = { headers, httpAgent: agent, timeout: patienceMs + 1_000, validateStatus: () => true, proxy: false as const };
  const clients: AxiosInstance[] = urls.map((baseURL) => axios.create({ baseURL, ...options }));
  let turn = 0;
  return {
    pay: async ({ key, ...body }, trial, intendedMs) => {
      const at = turn++ % clients.length;
      const client = clients[at] as AxiosInstance;
      const sentMs = wallMs();
      const asked = { trial, key, intendedMs, sentMs, instance: urls[at] ?? '' };
      try {
        const answer = await client.post<unknown>('/api/payments', body, { headers: { 'idempotency-key': key } });
        return { ...asked, answeredMs: wallMs(), httpStatus: answer.status, ...readAnswer(answer.status, answer.data) };
      } catch (error) {
        const code = (error as { code?: string }).code ?? 'NO_ANSWER';
        const name = code === 'ECONNABORTED' ? 'ETIMEDOUT' : code;
        return { ...asked, answeredMs: wallMs(), httpStatus: null, status: null, paymentId: null, term: null, error: name };
      }
    },
    close: () => agent.destroy(),
  };
}

function readAnswer(httpStatus: number, body: unknown): Pick<RequestRecord, 'status' | 'paymentId' | 'term' | 'error'> {
  const parsed = payment.safeParse(body);
  if (parsed.success) {
    const { id, status, term } = parsed.data;
    return { status, paymentId: id, term, error: status === 'PENDING' ? 'STILL_PENDING' : null };
  }
  const code = (body as { code?: unknown } | null)?.code;
  return { status: null, paymentId: null, term: null, error: typeof code === 'string' ? code : `HTTP_${httpStatus}` };
}
