/**
 * One BullMQ worker and its connections: fetches jobs, pauses, ends. Each step is bounded in time: a BullMQ worker can wait for ever for a
 * connection that will not come back (a client that is told to disconnect between two attempts to reconnect never says that it ended).
 * The caller then builds another one.
 */
import { WaitingError, Worker, type Job, type JobJson } from 'bullmq';
import type { Redis } from 'ioredis';
import { sleep } from '../shared/clock.js';
import type { Logger } from '../shared/logger.js';
import { connectRedis, queueName, readParcel, type Parcel } from '../shared/queue.js';
import { toFront } from './core/front.js';
import { parcelsUnreadable } from './metrics.js';

export interface ParcelWorkerOptions {
  partition: number;
  redisUrl: string;
  prefix: string;
  concurrency: number;
  logger: Logger;
}

/** Works one parcel. When the term is called off it must not settle: the job is then given back, neither completed nor failed. */
export type ProcessParcel = (parcel: Parcel, jobId: string) => Promise<void>;

/** After an error of the connection: try again soon, Redis restarts in well under a second. */
const RETRY_MS = 100;
/** Longest blocking wait for a job, in seconds; a marker that got lost costs no more than this. */
const BLOCK_SECONDS = 1;
/** Longest attempt to give back what was held; the relay finds what stays behind. */
const GIVE_BACK_MS = 500;
/** A fetch that is under way takes no longer, as a rule. */
const FETCH_MS = 50;
/** A pause ends 0.1 s after the last parcel is done: the queue's loop leaves its blocking call. One that takes longer will not end. */
const PAUSE_MS = 1_000;

/** Characters of a job's id that are logged. */
const ID_SHOWN = 40;
/** What is kept of a finished job: nothing, also when the job itself does not say so. */
const KEEP_NONE = { count: 0 };

/** A job that the library cannot parse would stay with this worker for ever. It becomes one without a parcel, and is dropped like those. */
class TolerantWorker extends Worker<unknown> {
  protected override createJob(json: JobJson, jobId: string): Job<unknown> {
    try {
      return super.createJob(json, jobId);
    } catch {
      return super.createJob({ ...json, data: 'null' }, jobId);
    }
  }
}

const within = (what: Promise<unknown>, ms: number): Promise<boolean> => {
  const ended = new AbortController();
  const late = sleep(ms, ended.signal).then(() => false, () => false);
  return Promise.race([what.then(() => true, () => true), late]).finally(() => ended.abort());
};

export class QueueWorker {
  private readonly connection: Redis;
  private readonly worker: TolerantWorker;
  /** Token of each job that is worked on, in the order of arrival. */
  private readonly held = new Map<string, string>();
  /** The same of jobs that came too late to be begun. */
  private readonly late = new Map<string, string>();
  /** While it pauses: resolves when the queue's loop has come to its end and what was late is given back. */
  private pausing: Promise<void> | null = null;
  /** The queue's loop. */
  private running: Promise<void> = Promise.resolve();
  private started = false;

  constructor(
    private readonly options: ParcelWorkerOptions,
    private readonly process: ProcessParcel,
  ) {
    const { partition, redisUrl, prefix, concurrency, logger } = options;
    this.connection = connectRedis(redisUrl, 'patient', logger);
    this.worker = new TolerantWorker(queueName(partition), (job, token) => this.hold(job, token), {
      connection: this.connection,
      prefix,
      concurrency,
      autorun: false,
      runRetryDelay: RETRY_MS,
      drainDelay: BLOCK_SECONDS,
      // Only the fence decides; a parcel that stalled often is as good as any other.
      maxStalledCount: 1_000_000,
      removeOnComplete: KEEP_NONE,
      removeOnFail: KEEP_NONE,
    });
    // A deposed leader's completions are rejected ("Lock mismatch"): expected, and the fence has said so already.
    this.worker.on('error', (error) => logger.debug({ err: { message: error.message } }, 'queue worker'));
  }

  private async hold(job: Job<unknown>, token = ''): Promise<void> {
    const id = job.id ?? '';
    if (this.pausing) {
      this.late.set(id, token);
      throw new WaitingError(); // It stays where it is, in the order of fetching: the next leader takes it over from there.
    }
    const parcel = readParcel(job.data);
    if (parcel === null) return this.drop(id);
    this.held.set(id, token);
    await this.process(parcel, id);
    this.held.delete(id);
  }

  /** The job is completed. Its payments, if it named any, are in no parcel any more: the relay finds them. */
  private drop(id: string): void {
    parcelsUnreadable.inc();
    this.options.logger.warn({ job: id.slice(0, ID_SHOWN) }, 'a job of the queue carries no parcel and is dropped; the relay finds its payments');
  }

  /** Starts to fetch, or fetches again after a pause that ended. */
  run(): void {
    this.pausing = null;
    if (this.started) return void this.worker.resume();
    this.started = true;
    this.running = this.worker.run().catch((error: unknown) => this.options.logger.error({ err: error }, 'the queue worker ended'));
  }

  /**
   * Takes nothing more, from now on. What is held is finished; jobs that were on their way here are left to the next leader, who finds them
   * first of all, and go back when no more can come. One by one as they come they would go back turned round.
   * @returns whether the pause ended. False: this worker will never fetch again, and has to be replaced.
   */
  async pause(): Promise<boolean> {
    const pausing = (this.pausing ??= this.endLoop());
    for (;;) {
      const wasIdle = this.held.size === 0;
      if (await within(pausing, PAUSE_MS)) return true;
      if (wasIdle && this.held.size === 0) return false;
    }
  }

  private endLoop(): Promise<void> {
    return this.worker.pause().catch((error: unknown) => {
      // Ended while its blocking connection was being made anew: there is nothing left to pause.
      this.options.logger.debug({ err: { message: (error as Error).message } }, 'the queue worker ended while it paused');
    }).then(() => this.giveBack(this.late));
  }

  /** Ends at once; what it held goes back to where the next leader fetches, as far as that leader has not taken it already. */
  async destroy(): Promise<void> {
    const held = this.held.size;
    const givenBack = this.giveBack(this.held);
    if (held > 0) await within(givenBack, GIVE_BACK_MS);
    // A pause makes the blocking connection anew when it ends; closed before that, the connection would outlive the worker.
    if (this.pausing && !(await within(this.pausing, GIVE_BACK_MS))) void this.pausing.then(() => this.disconnectBlocking());
    await within(this.worker.close(true), GIVE_BACK_MS);
    // Its loop ends with what it is fetching; not with a handler that will never settle.
    await within(this.running, held === 0 ? GIVE_BACK_MS : FETCH_MS);
    await within(this.giveBackFetched(), GIVE_BACK_MS);
    this.connection.disconnect();
  }

  private disconnectBlocking(): void {
    this.worker.getBackend().disconnectBlocking(false).catch(() => undefined);
  }

  /**
   * What was on its way here when it ended and reached no handler: a leader that thaws after it was deposed fetches once more before it
   * hears of that. It is found by its lock, which names this worker; asked when its loop has ended, so after the fetch.
   */
  private async giveBackFetched(): Promise<void> {
    const key = (name: string): string => `${this.options.prefix}:${queueName(this.options.partition)}:${name}`;
    const active = (await this.connection.lrange(key('active'), 0, -1)).reverse();
    if (active.length === 0) return;
    const locks = await this.connection.mget(active.map((id) => key(`${id}:lock`)));
    const mine = active.flatMap((id, index): [string, string][] => (locks[index]?.startsWith(this.worker.id) ? [[id, locks[index]]] : []));
    await this.giveBack(new Map(mine));
  }

  /** To where the next leader fetches, unless that one has taken them already. Must not reject. */
  private async giveBack(jobs: Map<string, string>): Promise<void> {
    const backend = this.worker.getBackend();
    const inOrder = toFront([...jobs]);
    jobs.clear();
    await Promise.allSettled(inOrder.map(([id, token]) => backend.moveJobFromActiveToWait(id, token)));
  }
}
