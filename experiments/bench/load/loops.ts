/**
 * Closed loop (n clients that wait for their responses) and open loop (requests due at fixed times,
 * independent of each other).
 */
import { Pool } from 'undici';
import { Latencies } from '../../statistics/latencies.js';
import { makeOrders, type OrdersWanted } from '../orders.js';
import { nowNs, type Span } from '../programs/commands.js';
import { send } from './send.js';
import { toSingleRequest, type HttpRequest, type HttpTarget } from './target.js';

export interface LoopDone extends Span {
  sent: number;
  /** Responses 201: the payment is final. */
  paid: number;
  /** Other responses and errors, by status or code. */
  errors: Record<string, number>;
  /** `Latencies.encode`: from the send time in closed loops, from the due time in open loops. */
  hdr: string;
  /**
   * Delay between due time and send time, ms, 99th percentile: the generator's own part of the
   * latency.
   */
  lateP99Ms: number;
}

const PAID = 201;
const NS_PER_MS = 1e6;

const millisecondsSince = (ns: bigint): number => Number(nowNs() - ns) / NS_PER_MS;

class Loop {
  private readonly latencies = Latencies.of();
  private readonly lateness = Latencies.of();
  private readonly errors: Record<string, number> = {};
  private paid = 0;

  constructor(
    private readonly pool: Pool,
    private readonly target: HttpTarget,
  ) {}

  /** @param dueNs start of the latency. */
  async one(request: HttpRequest, dueNs: bigint): Promise<void> {
    this.lateness.add(millisecondsSince(dueNs));
    const outcome = await send(this.pool, this.target, request, false).then(
      ({ status }) => status,
      (error: Error & { code?: string }) => error.code ?? error.name,
    );
    this.latencies.add(millisecondsSince(dueNs));
    if (outcome === PAID) this.paid += 1;
    else this.errors[outcome] = (this.errors[outcome] ?? 0) + 1;
  }

  summarize(fromNs: bigint): LoopDone {
    const { paid, errors, latencies, lateness } = this;
    return {
      fromNs,
      toNs: nowNs(),
      sent: latencies.count,
      paid,
      errors,
      hdr: latencies.encode(),
      lateP99Ms: lateness.percentile(0.99),
    };
  }
}

async function withPool<T>(
  { origin }: HttpTarget,
  connections: number,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
  });
  try {
    return await work(pool);
  } finally {
    await pool.close();
  }
}

export interface ClosedLoop {
  target: HttpTarget;
  orders: OrdersWanted;
  /** Clients, each with its own connection. */
  connections: number;
}

export function runClosedLoop({
  target,
  orders: wanted,
  connections,
}: ClosedLoop): Promise<LoopDone> {
  const requests = makeOrders(wanted).map((order) => toSingleRequest(target, order));
  return withPool(target, connections, async (pool) => {
    const loop = new Loop(pool, target);
    const fromNs = nowNs();
    let next = 0;
    const client = async (): Promise<void> => {
      for (let request = requests[next++]; request; request = requests[next++])
        await loop.one(request, nowNs());
    };
    await Promise.all(Array.from({ length: connections }, client));
    return loop.summarize(fromNs);
  });
}

export interface OpenLoop extends ClosedLoop {
  /** Requests per second. */
  rate: number;
}

/**
 * Timers have a resolution of 1 ms: requests due in the same millisecond are sent together, and the
 * latency of each still counts from its own due time.
 */
export function runOpenLoop({
  target,
  orders: wanted,
  connections,
  rate,
}: OpenLoop): Promise<LoopDone> {
  const requests = makeOrders(wanted).map((order) => toSingleRequest(target, order));
  const intervalNs = 1e9 / rate;
  return withPool(target, connections, async (pool) => {
    const loop = new Loop(pool, target);
    const fromNs = nowNs();
    const dueNs = (index: number): bigint => fromNs + BigInt(Math.round(index * intervalNs));
    const underWay: Promise<void>[] = [];
    for (const [index, request] of requests.entries()) {
      while (nowNs() < dueNs(index)) await new Promise((resolve) => setTimeout(resolve, 1));
      underWay.push(loop.one(request, dueNs(index)));
    }
    await Promise.all(underWay);
    return loop.summarize(fromNs);
  });
}
