/** Sends the users of a level to a running system, and records their requests. */
import { seededRandom } from '../../shared/random.js';
import type { RequestRecord } from '../record/history.js';
import type { Cluster } from '../system/cluster.js';
import { createPaymentClient, wallMs, type PaymentClient } from '../traffic/client.js';
import { sendOpenLoop } from '../traffic/open-loop.js';
import { paymentOrders } from '../traffic/orders.js';
import type { LoadRequest } from './figures.js';
import type { LoadLevel } from './levels.js';
import { arrivalTimes, type ArrivalChanges } from './user-arrivals.js';
import { visitAsUser } from './user.js';

export interface SendOptions extends ArrivalChanges {
  cluster: Cluster;
  level: LoadLevel;
  /** Divides the pauses of the users. */
  speed: number;
  /** Longest wait for an answer, ms. */
  patienceMs: number;
  seed: number;
  signal: AbortSignal;
  /** No user arrives after it, and each user ends after its current request. Default: none. */
  stop?: AbortSignal;
  /** Called after each request. */
  onRequest: (request: LoadRequest) => void;
}

/** A payment that was answered as succeeded. */
export interface AnsweredPayment {
  id: string;
  /** Wall clock, ms. */
  dueMs: number;
  answeredMs: number;
}

export interface SentUsers {
  /** Planned users; fewer arrive when the level is stopped. */
  users: number;
  requests: readonly LoadRequest[];
  /** Every creation with its answer. */
  payments: readonly RequestRecord[];
  paid: readonly AnsweredPayment[];
  /** How late the generator started each user, in order of arrival, ms. */
  lateMs: readonly number[];
  durationMs: number;
}

class UsersRun {
  readonly requests: LoadRequest[] = [];
  readonly payments: RequestRecord[] = [];
  readonly paid: AnsweredPayment[] = [];
  readonly lateMs: number[] = [];

  constructor(
    private readonly options: SendOptions,
    /** Wall clock, ms. */
    private readonly startMs: number,
  ) {}

  record(request: LoadRequest, payment: RequestRecord | null): void {
    const { dueMs, latencyMs, error } = request;
    const relative = { ...request, dueMs: dueMs - this.startMs };
    this.requests.push(relative);
    if (payment) this.payments.push(payment);
    const id = payment?.paymentId ?? null;
    if (error === null && id !== null) this.paid.push({ id, dueMs, answeredMs: dueMs + latencyMs });
    this.options.onRequest(relative);
  }

  noteLateness(intendedMs: number): void {
    this.lateMs.push(Math.max(0, wallMs() - intendedMs));
  }
}

/** Creates all orders in advance: the times of the arrivals must not depend on this work. */
function createOrders({ cluster, level, seed }: SendOptions, users: number) {
  const order = paymentOrders({
    name: `load-${level.name}-${seed}`,
    patients: cluster.patients,
    random: seededRandom(seed, level.name),
  });
  return Array.from({ length: users }, (_, index) => order(index));
}

async function sendAll(
  run: UsersRun,
  clients: readonly PaymentClient[],
  options: SendOptions & { arrivals: readonly number[] },
): Promise<void> {
  const { cluster, arrivals, signal, stop } = options;
  const orders = createOrders(options, arrivals.length);
  let next = 0;
  await sendOpenLoop({
    count: arrivals.length,
    due: () => arrivals[next++] ?? 0,
    signal,
    ...(stop ? { stop } : {}),
    maxInFlight: Infinity,
    send: (user, arrivesMs) => {
      run.noteLateness(arrivesMs);
      const at = user % cluster.addresses.length;
      return visitAsUser({
        ...options,
        url: cluster.addresses[at] ?? '',
        payments: clients[at] as PaymentClient,
        order: orders[user] as (typeof orders)[number],
        user,
        arrivesMs,
        onRequest: (request, payment) => run.record(request, payment),
      });
    },
  });
}

/** @returns when every user has ended. @throws AbortError */
export async function sendUsers(options: SendOptions): Promise<SentUsers> {
  const { cluster, level, patienceMs } = options;
  const arrivals = arrivalTimes(level, options);
  const { api } = cluster.system.tokens;
  const clients = cluster.addresses.map((url) => createPaymentClient([url], api, patienceMs));
  const run = new UsersRun(options, wallMs());
  const startMs = performance.now();
  try {
    await sendAll(run, clients, { ...options, arrivals });
  } finally {
    clients.forEach((client) => client.close());
  }
  const { requests, payments, paid, lateMs } = run;
  const durationMs = performance.now() - startMs;
  return { users: arrivals.length, requests, payments, paid, lateMs, durationMs };
}
