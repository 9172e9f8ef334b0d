/**
 * The queue's end in a replica, as payments/parcel-worker.ts with BullMQ: fetches while there is room, completes what is through, gives
 * back what it holds when it is thrown away.
 */
import type { Process } from '../model/process.js';
import type { Job } from '../model/records.js';
import { TIMES, type System } from '../system.js';

/** Works a job, and calls `done` when it is through; never calls it when the term was called off. */
export type WorkJob = (job: Job, done: () => void) => void;

export class Worker {
  private readonly held = new Map<number, Job>();
  private readonly token: string;
  private work: WorkJob | null = null;
  private pausing = false;
  private fetching = false;
  private ended = false;

  constructor(
    private readonly system: System,
    private readonly replica: Process,
    number: number,
  ) {
    this.token = `${replica.name}/${replica.life}/${number}`;
  }

  /** Starts to fetch, or fetches again after `pause`. */
  run(work: WorkJob): void {
    this.work = work;
    this.pausing = false;
    this.fetch();
  }

  pause(): void {
    if (this.system.rules.pausesWhenStandingDown) this.pausing = true;
  }

  /** Ends at once; gives back what it holds, within bounds. */
  destroy(done: () => void): void {
    this.ended = true;
    const ids = this.system.rules.toFront([...this.held.keys()]);
    if (ids.length === 0) return done();
    let waits = true;
    const end = (): void => {
      if (waits) done();
      waits = false;
    };
    this.replica.in(TIMES.giveBackMs, end);
    this.system.queue.moveToWait(this.replica, ids, this.token, end);
  }

  private get hasRoom(): boolean {
    return !this.pausing && !this.ended && this.held.size < TIMES.concurrency;
  }

  private fetch(): void {
    if (this.fetching || !this.hasRoom) return;
    this.fetching = true;
    this.system.queue.fetch(this.replica, this.token, (job) => {
      this.fetching = false;
      if (job === null) return this.wait();
      this.take(job);
      this.fetch();
    });
  }

  /** For a sign of work; a queue that is away is asked again a moment later. */
  private wait(): void {
    if (!this.hasRoom) return;
    this.fetching = true;
    this.system.queue.wait(this.replica, () => {
      this.replica.in(1, () => {
        this.fetching = false;
        this.fetch();
      });
    });
  }

  private take(job: Job): void {
    const { log } = this.system.world;
    if (this.ended) return; // Its connection is gone; whoever leads next reclaims it.
    if (this.pausing) {
      log?.(this.replica.name, `gives job ${job.id} back: it stands down`);
      return this.system.queue.moveToWait(this.replica, [job.id], this.token, () => undefined);
    }
    log?.(this.replica.name, `fetches job ${job.id}: ${job.data.ids.join(' ')}`);
    this.held.set(job.id, job);
    this.work?.(job, () => {
      this.held.delete(job.id);
      if (this.ended) return;
      this.system.queue.complete(this.replica, job, this.token);
      this.fetch();
    });
  }
}
