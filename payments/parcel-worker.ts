/**
 * Fetches parcels from the queue. A queue worker is built and connected on standby ("warm") and
 * started at promotion. When a term is forced to end, the worker is discarded with its jobs and a
 * new one is built; a planned end lets it finish. A leader must always fetch: a queue worker that
 * cannot continue is replaced at any time.
 */
import { QueueWorker, type ParcelWorkerOptions, type ProcessParcel } from './queue-worker.js';

export type { ParcelWorkerOptions, ProcessParcel };

export class ParcelWorker {
  private current: QueueWorker;
  /** Counts `run` and `pause`: of several calls in a row only the last one has an effect. */
  private turn = 0;
  /** From `pause` until it fetches again: resolves when the current worker can be started. */
  private paused: Promise<void> | null = null;
  private readonly ending = new Set<Promise<void>>();
  private isOver = false;
  private process: ProcessParcel = () => Promise.reject(new Error('no term has begun'));

  constructor(private readonly options: ParcelWorkerOptions) {
    this.current = this.build();
  }

  /** Maximum number of parcels held at once. */
  get concurrency(): number {
    return this.options.concurrency;
  }

  /** Starts to fetch, or fetches again after `pause`. */
  run(process: ProcessParcel): void {
    this.process = process;
    const turn = (this.turn += 1);
    if (this.paused === null) return this.current.run();
    void this.paused.then(() => {
      if (turn !== this.turn || this.isOver) return;
      this.paused = null;
      this.current.run();
    });
  }

  /**
   * Fetches nothing more from now on; finishes the parcels it holds. Does not wait for the queue's
   * own loop.
   */
  pause(): void {
    this.turn += 1;
    this.paused ??= this.endPause(this.current);
  }

  /** Replaces the worker: the current one delivers nothing although parcels wait. */
  renew(): void {
    if (this.paused !== null || this.isOver) return;
    this.replace();
    this.current.run();
  }

  /**
   * Ends at once. Returns the jobs it held to the front of the queue, unless the next leader has
   * already taken them.
   */
  async destroy(): Promise<void> {
    this.isOver = true;
    await Promise.all([this.current.destroy(), ...this.ending]);
  }

  private build(): QueueWorker {
    return new QueueWorker(this.options, (parcel, jobId) => this.process(parcel, jobId));
  }

  private async endPause(worker: QueueWorker): Promise<void> {
    const hasEnded = await worker.pause();
    if (hasEnded || this.isOver || worker !== this.current) return;
    this.options.logger.warn('the queue worker does not end its pause; replacing it');
    this.replace();
  }

  private replace(): void {
    const ending = this.current.destroy();
    this.ending.add(ending);
    void ending.finally(() => this.ending.delete(ending));
    this.current = this.build();
  }
}
