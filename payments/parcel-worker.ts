/**
 * The queue's end in a replica: a queue worker, built and connected while standing by ("warm"), started at promotion. When a term ends by
 * force the whole thing is thrown away, with what it held, and a fresh one is built; a planned end lets it finish.
 * A replica that leads must always fetch: a queue worker that cannot go on is replaced by another one, here and at any time.
 */
import { QueueWorker, type ParcelWorkerOptions, type ProcessParcel } from './queue-worker.js';

export type { ParcelWorkerOptions, ProcessParcel };

export class ParcelWorker {
  private current: QueueWorker;
  /** Counts `run` and `pause`: of several in a row only the last one counts. */
  private turn = 0;
  /** From `pause` until it fetches again: resolves when the worker of the moment can be started. */
  private paused: Promise<void> | null = null;
  private readonly ending = new Set<Promise<void>>();
  private isOver = false;
  private process: ProcessParcel = () => Promise.reject(new Error('no term has begun'));

  constructor(private readonly options: ParcelWorkerOptions) {
    this.current = this.build();
  }

  /** Parcels held at once, at the most. */
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

  /** Takes nothing more, from now on; what is held is finished. Does not wait for the queue's own loop. */
  pause(): void {
    this.turn += 1;
    this.paused ??= this.endPause(this.current);
  }

  /** Fetches with another worker: the one there was brings nothing although parcels wait. */
  renew(): void {
    if (this.paused !== null || this.isOver) return;
    this.replace();
    this.current.run();
  }

  /** Ends at once; what it held goes back to where the next leader fetches, as far as that leader has not taken it already. */
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
    this.options.logger.warn('the queue worker does not end its pause: another one is built');
    this.replace();
  }

  private replace(): void {
    const ending = this.current.destroy();
    this.ending.add(ending);
    void ending.finally(() => this.ending.delete(ending));
    this.current = this.build();
  }
}
