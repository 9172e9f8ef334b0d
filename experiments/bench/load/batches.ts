/**
 * Sends batches over HTTP: several in flight at once, each with listed payments; every response is
 * read to its end.
 */
import { Pool } from 'undici';
import { makeOrders, type OrdersWanted } from '../orders.js';
import { nowNs, type Span } from '../programs/commands.js';
import { send } from './send.js';
import { toBatchRequest, type HttpTarget } from './target.js';

export interface Batches {
  target: HttpTarget;
  orders: OrdersWanted;
  /** Payments per batch; the last one may be smaller. */
  size: number;
  inFlight: number;
  /** Time for which a response may wait for outcomes, ms; 0: acceptance only. */
  timeoutMs: number;
}

export interface BatchesDone extends Span {
  /** Number of payments sent. */
  sent: number;
  /** According to the responses. */
  succeeded: number;
}

const HEAD = /"succeeded":(\d+)/;

/** @throws Error when the response to a batch is not 200. */
export async function sendBatches({
  target,
  orders: wanted,
  size,
  inFlight,
  timeoutMs,
}: Batches): Promise<BatchesDone> {
  const orders = makeOrders(wanted);
  const starts = Array.from(
    { length: Math.ceil(orders.length / size) },
    (_, index) => index * size,
  );
  const requests = starts.map((start) =>
    toBatchRequest(target, orders.slice(start, start + size), timeoutMs),
  );
  const pool = new Pool(target.origin, {
    connections: inFlight,
    pipelining: 1,
    headersTimeout: 120_000,
    bodyTimeout: 120_000,
  });
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
