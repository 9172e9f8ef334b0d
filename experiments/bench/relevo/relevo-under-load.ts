/**
 * Relevo for one measurement: as shipped (a monitor, three replicas, one patients instance, the
 * gateway simulated in process), on the bench's engines. The same replica, always the first, leads
 * during warm-up and measurement, so that the measured replica is warm.
 */
import { join } from 'node:path';
import { startSystem, type System } from '../../../local/system.js';
import { waitUntil } from '../../../shared/wait-until.js';
import { RELEVO } from '../../system/system-under-test.js';
import type { BenchEnvironment } from '../benchmark.js';
import type { BenchStorage } from '../engines.js';
import type { Batches, BatchesDone } from '../load/batches.js';
import type { HttpTarget } from '../load/target.js';
import { secondsOf } from '../programs/commands.js';
import { watchUsage, type ProcessPart, type Usage } from '../usage.js';

const SETTLE_MS = 30_000;
const POLL_MS = 10;
/** Longest wait for the monitor's response, ms. */
const ANSWER_MS = 15_000;
/** The leader during every measurement. */
export const WORKER = 'server_1';
/** Longer than any batch of a measurement. */
const PATIENCE_MS = 600_000;

export interface RelevoOptions {
  /** Mean duration of a call to the simulated gateway, ms; 0: none. */
  gatewayLatencyMs: number;
  /** Default: simulated in process. */
  gateway?: 'simulated' | 'http';
  /** For profiles. */
  benchmark: string;
}

export class RelevoUnderLoad {
  /** Number of payments sent so far. */
  sent = 0;

  private constructor(
    private readonly environment: BenchEnvironment,
    readonly storage: BenchStorage,
    readonly system: System,
  ) {}

  /** Resolves when all processes are up and there is a leader. */
  static async open(
    environment: BenchEnvironment,
    storage: BenchStorage,
    { gatewayLatencyMs, gateway = 'simulated', benchmark }: RelevoOptions,
  ): Promise<RelevoUnderLoad> {
    const { databaseUrl, redisUrl } = storage;
    const system = await startSystem({
      monitors: 1,
      replicas: 3,
      patients: 1,
      gateway,
      env: { GATEWAY_LATENCY_MS: String(gatewayLatencyMs) },
      supervise: false,
      dataDir: join(environment.dataDir, 'relevo'),
      ports: 'free',
      databaseUrl,
      redisUrl,
      nodeArgs: (name) => environment.nodeArgs(`${benchmark}/${name}`),
      onLine: environment.onLine,
      signal: environment.signal,
    });
    const relevo = new RelevoUnderLoad(environment, storage, system);
    environment.signal.addEventListener('abort', () => system.kill(), { once: true });
    try {
      await relevo.waitUntil('a leader and three replicas alive', async () => {
        const { alive, led } = await RELEVO.poll(system);
        return led && alive === system.replicas.length;
      });
      await relevo.ask('handover', { to: WORKER });
      return relevo;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  /** @throws Error at the deadline. */
  async waitUntil(what: string, holds: () => Promise<boolean>): Promise<void> {
    await waitUntil(holds, {
      deadlineMs: SETTLE_MS,
      pollMs: POLL_MS,
      signal: this.environment.signal,
      toError: () => new Error(`Relevo: ${what}: not within ${SETTLE_MS} ms`),
    });
  }

  target(path: string, headers: Record<string, string> = {}): HttpTarget {
    return {
      origin: this.system.patients[0]?.url ?? '',
      path,
      headers: { authorization: `Bearer ${this.system.tokens.api}`, ...headers },
    };
  }

  /** Parameters of orders; no two calls return the same. */
  orders(count: number): { count: number; seed: number; patients: readonly string[] } {
    this.sent += count;
    return { count, seed: this.environment.seed + this.sent, patients: this.environment.patients };
  }

  /** @param waits whether responses wait for the outcomes, or only for acceptance. */
  batches(count: number, waits: boolean): Promise<BatchesDone> {
    const { generator, batchSize, batchesInFlight } = this.environment;
    const wanted: Batches = {
      target: this.target('/api/batches'),
      orders: this.orders(count),
      size: batchSize,
      inFlight: batchesInFlight,
      timeoutMs: waits ? PATIENCE_MS : 0,
    };
    return generator.ask<BatchesDone>('batches', wanted);
  }

  readonly liveSeconds = async (count: number): Promise<number> =>
    secondsOf(await this.batches(count, true));

  leader = async (): Promise<string> =>
    (await RELEVO.leadership(this.system, this.storage.pool)).leader ?? '';

  setState = (replica: string, state: 'ready' | 'maint'): Promise<void> =>
    this.ask(`replicas/${replica}/state`, { state });

  /** Sends an operator's request to the monitor. */
  private async ask(path: string, wish: object): Promise<void> {
    const answer = await fetch(`${this.system.monitors[0]?.url ?? ''}/${path}`, {
      method: 'POST',
      body: JSON.stringify({ ...wish, reason: 'bench' }),
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: {
        'authorization': `Bearer ${this.system.tokens.operator}`,
        'content-type': 'application/json',
      },
    });
    if (!answer.ok)
      throw new Error(`the monitor answered ${answer.status}: ${await answer.text()}`);
  }

  watch(): () => Partial<Record<ProcessPart, Usage>> {
    const { generator, engines } = this.environment;
    const { standbys, ...servers } = engines.pids;
    const { patients, monitors, replicas } = this.system;
    const pidOf = ({ pid }: { pid: number | null }) => pid ?? [];
    return watchUsage({
      worker: replicas.filter(({ name }) => name === WORKER).flatMap(pidOf),
      front: patients.flatMap(pidOf),
      ...servers,
      ...(standbys.length > 0 ? { standbys } : {}),
      others: [...monitors, ...replicas.filter(({ name }) => name !== WORKER)].flatMap(pidOf),
      generator: [generator.pid],
    });
  }

  close(): Promise<void> {
    return this.system.stop();
  }
}
