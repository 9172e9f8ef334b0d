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
  private token: string;
  private tokens = 0;
  private work: WorkJob | null = null;
  private pausing = false;
  private fetching = false;
  private ended = false;
  /** It paused while its connection was away, and waits for the end of that connection. */
  private isStuck = false;
  /** It fetches nothing more. */
  private isJammed = false;

  constructor(
    private readonly system: System,
    private readonly replica: Process,
    private readonly number: number,
  ) {
    this.token = this.newToken();
  }

  private newToken(): string {
    this.tokens += 1;
    return `${this.replica.name}/${this.replica.life}/${this.number}/${this.tokens}`;
  }

  /** How many parcels it holds. */
  get holds(): number {
    return this.held.size;
  }

  jam(): void {
    this.isJammed = true;
    this.system.world.log?.(this.replica.name, 'has a queue worker that is stuck');
  }

  /** Another worker takes its place; what the first one held goes back. */
  renew(): void {
    const { rules, queue, world } = this.system;
    if (!rules.renewsWorker || this.pausing || this.isStuck || this.ended) return;
    world.log?.(this.replica.name, 'replaces its queue worker');
    const [ids, token] = [rules.toFront([...this.held.keys()]), this.token];
    this.held.clear();
    this.token = this.newToken();
    this.isJammed = false;
    if (ids.length > 0) queue.moveToWait(this.replica, ids, token, () => undefined);
    this.fetch();
  }

  /** Starts to fetch, or fetches again after `pause`. */
  run(work: WorkJob): void {
    this.work = work;
    this.pausing = false;
    this.fetch();
  }

  pause(): void {
    const { rules, queue } = this.system;
    if (!rules.pausesWhenStandingDown) return;
    this.pausing = true;
    if (queue.alive || this.isStuck) return;
    this.isStuck = true;
    if (rules.boundsPause) this.replica.in(TIMES.pauseMs, () => this.unstick());
  }

  private unstick(): void {
    this.isStuck = false;
    if (!this.pausing) this.fetch();
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
    return !this.pausing && !this.ended && !this.isStuck && !this.isJammed && this.held.size < TIMES.concurrency;
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
    const { token } = this;
    this.work?.(job, () => {
      if (this.held.get(job.id) === job) this.held.delete(job.id);
      if (this.ended) return;
      this.system.queue.complete(this.replica, job, token);
      this.fetch();
    });
  }
}
