/** Batches over HTTP: several under way at once, each of listed payments; the answer of each is read to its end. */
import { Pool } from 'undici';
import { makeOrders, type OrdersWanted } from '../orders.js';
import { nowNs, type Span } from '../programs/commands.js';
import { send } from './send.js';
import { batchRequest, type Target } from './target.js';

export interface Batches {
  target: Target;
  orders: OrdersWanted;
  /** Payments of a batch; the last one may be smaller. */
  size: number;
  inFlight: number;
  /** How long an answer may wait for outcomes, ms; 0: acceptance only. */
  timeoutMs: number;
}

export interface BatchesDone extends Span {
  /** When the first batch was answered: of those that wait for acceptance only, when the queue held something. */
  sent: number;
  /** As the answers say. */
  succeeded: number;
}

const HEAD = /"succeeded":(\d+)/;

/** @throws Error when a batch was not answered 200. */
export async function sendBatches({ target, orders: wanted, size, inFlight, timeoutMs }: Batches): Promise<BatchesDone> {
  const orders = makeOrders(wanted);
  const starts = Array.from({ length: Math.ceil(orders.length / size) }, (_, index) => index * size);
  const requests = starts.map((start) => batchRequest(target, orders.slice(start, start + size), timeoutMs));
  const pool = new Pool(target.origin, { connections: inFlight, pipelining: 1, headersTimeout: 120_000, bodyTimeout: 120_000 });
  let succeeded = 0;
  let next = 0;
  const client = async (): Promise<void> => {
    for (let request = requests[next++]; request; request = requests[next++]) {
      const { status, text } = await send(pool, target, request, true);
      if (status !== 200) throw new Error(`a batch was answered ${status}: ${text.slice(0, 300)}`);
      succeeded += Number(HEAD.exec(text.slice(0, 500))?.[1] ?? 0);
    }
  };
  const fromNs = nowNs();
  try {
    await Promise.all(Array.from({ length: inFlight }, client));
    return { fromNs, toNs: nowNs(), sent: orders.length, succeeded };
  } finally {
    await pool.close();
  }
}
