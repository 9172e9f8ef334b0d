/**
 * The queue worker of a replica, like payments/parcel-worker.ts with BullMQ: fetches while there is
 * room, completes finished jobs, and returns its jobs when it is destroyed.
 */
import type { Process } from '../model/process.js';
import type { QueueJob } from '../model/records.js';
import { TIMES, type SimulatedSystem } from '../system.js';

/** Works on a job and calls `done` at the end; never calls it when the term was cancelled. */
export type WorkJob = (job: QueueJob, done: () => void) => void;

export class Worker {
  private readonly held = new Map<number, QueueJob>();
  private token: string;
  private tokens = 0;
  private work: WorkJob | null = null;
  private pausing = false;
  private fetching = false;
  private ended = false;
  /** Its connection was unavailable when it paused, and it waits for that connection to end. */
  private isStuck = false;
  /** It fetches nothing more. */
  private isJammed = false;

  constructor(
    private readonly system: SimulatedSystem,
    private readonly replica: Process,
    private readonly number: number,
  ) {
    this.token = this.newToken();
  }

  private newToken(): string {
    this.tokens += 1;
    return `${this.replica.name}/${this.replica.life}/${this.number}/${this.tokens}`;
  }

  /** Number of parcels that it holds. */
  get holds(): number {
    return this.held.size;
  }

  jam(): void {
    this.isJammed = true;
    this.system.world.log?.(this.replica.name, 'has a queue worker that is stuck');
  }

  /** Replaces the worker; the parcels of the first one are returned. */
  renew(): void {
    const { rules, queue, world } = this.system;
    if (!rules.renewsWorker || this.pausing || this.isStuck || this.ended) return;
    world.log?.(this.replica.name, 'replaces its queue worker');
    const [ids, token] = [rules.oldestLast([...this.held.keys()]), this.token];
    this.held.clear();
    this.token = this.newToken();
    this.isJammed = false;
    if (ids.length > 0) queue.moveToWait(this.replica, ids, token, () => undefined);
    this.fetch();
  }

  /** Starts to fetch, or resumes after `pause`. */
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

  /** Ends at once; returns its parcels within a time limit. */
  destroy(done: () => void): void {
    this.ended = true;
    const ids = this.system.rules.oldestLast([...this.held.keys()]);
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
    return (
      !this.pausing &&
      !this.ended &&
      !this.isStuck &&
      !this.isJammed &&
      this.held.size < TIMES.concurrency
    );
  }

  private fetch(): void {
    if (this.fetching || !this.hasRoom) return;
    this.fetching = true;
    this.system.queue.fetchJob(this.replica, this.token, (job) => {
      this.fetching = false;
      if (job === null) return this.wait();
      this.take(job);
      this.fetch();
    });
  }

  /** Waits for a marker; retries shortly afterwards while the queue is unavailable. */
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

  private take(job: QueueJob): void {
    const { log } = this.system.world;
    if (this.ended) return; // Its connection is closed; the next leader reclaims the job.
    if (this.pausing) {
      log?.(this.replica.name, `returns job ${job.id}: it stands down`);
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
