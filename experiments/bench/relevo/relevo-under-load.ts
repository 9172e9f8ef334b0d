/**
 * Relevo for one measurement: as shipped (a monitor, three replicas, one patients instance, the
 * gateway simulated in process), on the bench's engines. The same replica, always the first, leads
 * during warm-up and measurement, so that the measured replica is warm.
 */
import { join } from 'node:path';
import { startSystem, type System } from '../../../local/system.js';
import { sleep } from '../../../shared/clock.js';
import { RELEVO } from '../../system/system-under-test.js';
import type { Stage } from '../benchmark.js';
import type { Ground } from '../engines.js';
import type { Batches, BatchesDone } from '../load/batches.js';
import type { Target } from '../load/target.js';
import { secondsOf } from '../programs/commands.js';
import { watchUsage, type Part, type Usage } from '../usage.js';

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
  /** For profiles. */
  contestant: string;
}

export class RelevoAtWork {
  /** Number of payments sent so far. */
  sent = 0;

  private constructor(
    private readonly stage: Stage,
    readonly ground: Ground,
    readonly system: System,
  ) {}

  /** Resolves when all processes are up and there is a leader. */
  static async open(
    stage: Stage,
    ground: Ground,
    { gatewayLatencyMs, contestant }: RelevoOptions,
  ): Promise<RelevoAtWork> {
    const { databaseUrl, redisUrl } = ground;
    const system = await startSystem({
      monitors: 1,
      replicas: 3,
      patients: 1,
      gateway: 'simulated',
      env: { GATEWAY_LATENCY_MS: String(gatewayLatencyMs) },
      supervise: false,
      dataDir: join(stage.dataDir, 'relevo'),
      ports: 'free',
      databaseUrl,
      redisUrl,
      nodeArgs: (name) => stage.nodeArgs(`${contestant}/${name}`),
      onLine: stage.onLine,
      signal: stage.signal,
    });
    const atWork = new RelevoAtWork(stage, ground, system);
    stage.signal.addEventListener('abort', () => system.kill(), { once: true });
    try {
      await atWork.until('a leader and three replicas alive', async () => {
        const { alive, led } = await RELEVO.look(system);
        return led && alive === system.replicas.length;
      });
      await atWork.ask('handover', { to: WORKER });
      return atWork;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  /** @throws Error at the deadline. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + SETTLE_MS;
    while (!(await holds())) {
      if (performance.now() > end) throw new Error(`Relevo: ${what}: not within ${SETTLE_MS} ms`);
      await sleep(POLL_MS, this.stage.signal);
    }
  }

  target(path: string, headers: Record<string, string> = {}): Target {
    return {
      origin: this.system.patients[0]?.url ?? '',
      path,
      headers: { authorization: `Bearer ${this.system.tokens.api}`, ...headers },
    };
  }

  /** Parameters of orders; no two calls return the same. */
  orders(count: number): { count: number; seed: number; patients: readonly string[] } {
    this.sent += count;
    return { count, seed: this.stage.seed + this.sent, patients: this.stage.patients };
  }

  /** @param waits whether responses wait for the outcomes, or only for acceptance. */
  batches(count: number, waits: boolean): Promise<BatchesDone> {
    const { generator, batchSize, batchesInFlight } = this.stage;
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
    (await RELEVO.leadership(this.system, this.ground.pool)).leader ?? '';

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

  watch(): () => Partial<Record<Part, Usage>> {
    const {
      generator,
      engines: { postgres, redis },
    } = this.stage;
    const { patients, monitors, replicas } = this.system;
    const pidOf = ({ pid }: { pid: number | null }) => pid ?? [];
    return watchUsage({
      worker: replicas.filter(({ name }) => name === WORKER).flatMap(pidOf),
      front: patients.flatMap(pidOf),
      postgres: [postgres].flatMap(pidOf),
      redis: [redis].flatMap(pidOf),
      others: [...monitors, ...replicas.filter(({ name }) => name !== WORKER)].flatMap(pidOf),
      generator: [generator.pid],
    });
  }

  close(): Promise<void> {
    return this.system.stop();
  }
}
