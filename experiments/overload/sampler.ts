/** Samples the memory of every process and the queue of payments, once per second. */
import { sleep } from '../../shared/clock.js';
import { countPending } from '../capacity/database-use.js';
import type { Cluster } from '../system/cluster.js';
import type { OverloadFigures } from './figures.js';
import { sampleMemory, type MemorySample } from './memory.js';

const INTERVAL_MS = 1_000;

export class OverloadSampler {
  readonly memory: MemorySample[] = [];
  readonly queue: OverloadFigures['queue'][number][] = [];
  private readonly end = new AbortController();
  private readonly work: Promise<void>;

  constructor(private readonly cluster: Cluster) {
    this.work = this.sampleUntilEnd();
    this.work.catch(() => undefined); // `stop` throws the error.
  }

  /** @throws an error of PostgreSQL. */
  async stop(): Promise<void> {
    this.end.abort();
    await this.work;
  }

  private async sampleUntilEnd(): Promise<void> {
    const startMs = performance.now();
    for (let second = 0; !this.end.signal.aborted; second += 1) {
      const atMs = performance.now() - startMs;
      this.memory.push({ atMs, mb: sampleMemory(this.cluster) });
      this.queue.push({ atMs, pending: await countPending(this.cluster.pool) });
      const waitMs = (second + 1) * INTERVAL_MS - (performance.now() - startMs);
      await sleep(Math.max(0, waitMs), this.end.signal).catch(() => undefined);
    }
  }
}
