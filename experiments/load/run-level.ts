/** Runs one load level against a running system. */
import { seededRandom } from '../../shared/random.js';
import { sum } from '../statistics/statistics.js';
import type { Cluster } from '../system/cluster.js';
import { createPaymentClient, wallMs, type PaymentClient } from '../traffic/client.js';
import { sendOpenLoop } from '../traffic/open-loop.js';
import { paymentOrders } from '../traffic/orders.js';
import { CpuSampler } from './cpu-sampler.js';
import {
  countErrors,
  summarizeLatencies,
  summarizeSteps,
  summarizeSeconds,
  type LevelFigures,
  type LoadRequest,
} from './figures.js';
import { REQUESTS_PER_USER, type LoadLevel } from './levels.js';
import { arrivalTimes, type ArrivalChanges } from './user-arrivals.js';
import { visitAsUser } from './user.js';

/** As long as the longest answer of the published report. */
const PATIENCE_MS = 120_000;

export interface LevelOptions extends ArrivalChanges {
  cluster: Cluster;
  level: LoadLevel;
  speed: number;
  seed: number;
  signal: AbortSignal;
  /** Called after each request. */
  onProgress: (sent: number, failed: number) => void;
}

class LevelRun {
  readonly requests: LoadRequest[] = [];
  readonly paidIds: string[] = [];
  generatorLateMs = 0;
  private failed = 0;

  constructor(
    private readonly options: LevelOptions,
    private readonly startMs: number,
  ) {}

  record(request: LoadRequest, paymentId: string | null): void {
    this.requests.push({ ...request, dueMs: request.dueMs - this.startMs });
    if (request.error !== null) this.failed += 1;
    if (request.step === 'creation' && request.error === null && paymentId !== null)
      this.paidIds.push(paymentId);
    this.options.onProgress(this.requests.length, this.failed);
  }

  noteLateness(intendedMs: number): void {
    this.generatorLateMs = Math.max(this.generatorLateMs, wallMs() - intendedMs);
  }
}

/** Sends the users of the level. @returns when every user has ended. @throws AbortError */
async function sendUsers(
  run: LevelRun,
  clients: readonly PaymentClient[],
  options: LevelOptions & { arrivals: readonly number[] },
): Promise<void> {
  const { cluster, level, arrivals, speed, seed, signal } = options;
  const order = paymentOrders({
    name: `load-${level.name}-${seed}`,
    patients: cluster.patients,
    random: seededRandom(seed, level.name),
  });
  const orders = arrivals.map((_, index) => order(index));
  let next = 0;
  await sendOpenLoop({
    count: arrivals.length,
    due: () => arrivals[next++] ?? 0,
    signal,
    maxInFlight: Infinity,
    send: (index, arrivesMs) => {
      run.noteLateness(arrivesMs);
      const at = index % cluster.addresses.length;
      return visitAsUser({
        url: cluster.addresses[at] ?? '',
        payments: clients[at] as PaymentClient,
        order: orders[index] as (typeof orders)[number],
        arrivesMs,
        speed,
        patienceMs: PATIENCE_MS,
        signal,
        onRequest: (request, paymentId) => run.record(request, paymentId),
      });
    },
  });
}

/** @throws AbortError */
export async function runLevel(options: LevelOptions): Promise<LevelFigures> {
  const { cluster, level } = options;
  const arrivals = arrivalTimes(level, options);
  const run = new LevelRun(options, wallMs());
  const { api } = cluster.system.tokens;
  const clients = cluster.addresses.map((url) => createPaymentClient([url], api, PATIENCE_MS));
  const cpu = new CpuSampler(cluster);
  const startMs = performance.now();
  try {
    await sendUsers(run, clients, { ...options, arrivals });
  } finally {
    cpu.stop();
    clients.forEach((client) => client.close());
  }
  const durationMs = performance.now() - startMs;
  const { requests, paidIds, generatorLateMs } = run;
  const succeeded = requests.filter(({ error }) => error === null);
  return {
    level: level.name,
    users: arrivals.length,
    requests: arrivals.length * REQUESTS_PER_USER,
    completed: succeeded.length,
    requestsPerSec: (requests.length * 1_000) / durationMs,
    latencyMs: summarizeLatencies(succeeded.map(({ latencyMs }) => latencyMs)),
    byStep: summarizeSteps(requests),
    errors: countErrors(requests),
    seconds: summarizeSeconds(requests, cpu.seconds),
    durationMs,
    generatorLateMs,
    paid: paidIds.length,
    saved: await countSaved(cluster, paidIds),
  };
}

/** How many of the payments PostgreSQL has as succeeded. */
async function countSaved({ pool }: Cluster, ids: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ saved: number }>(
    `SELECT count(*)::int AS saved FROM payment WHERE id = ANY($1) AND status = 'SUCCEEDED'`,
    [ids],
  );
  return sum(rows.map(({ saved }) => saved));
}
