/**
 * Runs one BullMQ worker and its connections: fetches jobs, pauses, ends. Each step has a time
 * limit, because a BullMQ worker can wait for ever for a lost connection (a client that is
 * disconnected between two attempts to reconnect never reports its end). After the time limit the
 * caller builds another worker.
 */
import { WaitingError, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { sleep } from '../shared/clock.js';
import type { Logger } from '../shared/observability/logger.js';
import { connectRedis, queueName, readParcel, type Parcel } from '../shared/queue/queue.js';
import {
  createToKey,
  disconnectBlocking,
  moveToFront,
  readActiveIds,
  readLocks,
  removeUndecodable,
  TolerantWorker,
  type ToKey,
} from './bullmq-internals.js';
import { oldestLast } from './core/oldest-last.js';
import { parcelsUnreadable } from './metrics.js';

export interface ParcelWorkerOptions {
  partition: number;
  redisUrl: string;
  prefix: string;
  concurrency: number;
  logger: Logger;
}

/**
 * Processes one parcel. When the term is cancelled the promise must not resolve or reject: the job
 * is then returned, neither completed nor failed.
 */
export type ProcessParcel = (parcel: Parcel, jobId: string) => Promise<void>;

/** Wait after a connection error, ms. Short, because Redis restarts in well under a second. */
const RETRY_MS = 100;
/**
 * Longest blocking wait for a job, in seconds. A lost marker key delays a job by this time at most.
 */
const BLOCK_SECONDS = 1;
/** Time limit for returning the held jobs, ms; the relay finds the payments of the others. */
const GIVE_BACK_MS = 500;
/** Usual upper limit of a fetch in progress, ms. */
const FETCH_MS = 50;
/**
 * Time limit of a pause, ms. Usually it ends 0.1 s after the last parcel, when the queue's loop
 * leaves its blocking call. A longer one never ends.
 */
const PAUSE_MS = 1_000;

/** Number of characters of a job's id that are logged. */
const ID_SHOWN = 40;
/** Keeps nothing of a finished job, even when the job's own options do not request that. */
const KEEP_NONE = { count: 0 };

const endsWithin = (what: Promise<unknown>, ms: number): Promise<boolean> => {
  const ended = new AbortController();
  const late = sleep(ms, ended.signal).then(
    () => false,
    () => false,
  );
  return Promise.race([
    what.then(
      () => true,
      () => true,
    ),
    late,
  ]).finally(() => ended.abort());
};

export class QueueWorker {
  private readonly connection: Redis;
  private readonly worker: TolerantWorker;
  private readonly toKey: ToKey;
  /** The lock token of each job in progress, in the order of arrival. */
  private readonly held = new Map<string, string>();
  /** The lock tokens of jobs that arrived after the pause began. */
  private readonly late = new Map<string, string>();
  /** During a pause: resolves when the queue's loop has ended and late jobs are returned. */
  private pausing: Promise<void> | null = null;
  /** The queue's loop. */
  private running: Promise<void> = Promise.resolve();
  private started = false;

  constructor(
    private readonly options: ParcelWorkerOptions,
    private readonly process: ProcessParcel,
  ) {
    const { partition, redisUrl, prefix, concurrency, logger } = options;
    this.toKey = createToKey(prefix, partition);
    this.connection = connectRedis(redisUrl, 'wait', logger);
    this.worker = new TolerantWorker(queueName(partition), (job, token) => this.hold(job, token), {
      connection: this.connection,
      prefix,
      concurrency,
      autorun: false,
      runRetryDelay: RETRY_MS,
      drainDelay: BLOCK_SECONDS,
      // Only the fence decides. A parcel that stalled many times is as valid as any other.
      maxStalledCount: 1_000_000,
      removeOnComplete: KEEP_NONE,
      removeOnFail: KEEP_NONE,
    });
    // BullMQ rejects the completions of a deposed leader ("Lock mismatch"). That is expected: the
    // fence has already refused its commits.
    this.worker.on('error', (error) => {
      logger.debug({ err: { message: error.message } }, 'queue worker');
      if (error.name === 'SyntaxError' || error.name === 'TypeError') void this.dropUndecodable();
    });
  }

  private async hold(job: Job<unknown>, token = ''): Promise<void> {
    const id = job.id ?? '';
    if (this.pausing) {
      this.late.set(id, token);
      // It stays in the active list, in order: the next leader reclaims it from there.
      throw new WaitingError();
    }
    const parcel = readParcel(job.data);
    if (parcel === null) return this.drop(id);
    this.held.set(id, token);
    await this.process(parcel, id);
    this.held.delete(id);
  }

  /**
   * Lets the job complete. Its payments, if it named any, are then in no parcel: the relay finds
   * them.
   */
  private drop(id: string): void {
    parcelsUnreadable.inc();
    this.options.logger.warn(
      { job: id.slice(0, ID_SHOWN) },
      'dropped a queue job that carries no parcel; the relay will find its payments',
    );
  }

  /** BullMQ could not decode a job that it fetched. */
  private async dropUndecodable(): Promise<void> {
    try {
      for (const id of await removeUndecodable(this.connection, this.toKey)) this.drop(id);
    } catch (error) {
      this.options.logger.debug(
        { err: { message: (error as Error).message } },
        'jobs that cannot be decoded stay in the queue',
      );
    }
  }

  /** Starts to fetch, or fetches again after a pause that ended. */
  run(): void {
    this.pausing = null;
    if (this.started) return void this.worker.resume();
    this.started = true;
    this.running = this.worker.run().catch((error: unknown) => {
      this.options.logger.error({ err: error }, 'the queue worker ended unexpectedly');
    });
  }

  /**
   * Fetches nothing more from now on and finishes the jobs it holds. Jobs that arrive during the
   * pause stay active for the next leader, which reclaims them first, and are returned after the
   * loop has ended. Returning them one at a time as they arrive would reverse their order.
   * @returns whether the pause ended. False: this worker will never fetch again and must be
   *   replaced.
   */
  async pause(): Promise<boolean> {
    const pausing = (this.pausing ??= this.endLoop());
    for (;;) {
      const wasIdle = this.held.size === 0;
      if (await endsWithin(pausing, PAUSE_MS)) return true;
      if (wasIdle && this.held.size === 0) return false;
    }
  }

  private endLoop(): Promise<void> {
    return this.worker
      .pause()
      .catch((error: unknown) => {
        // The worker ended while it reopened its blocking connection: nothing remains to pause.
        this.options.logger.debug(
          { err: { message: (error as Error).message } },
          'the queue worker ended during its pause',
        );
      })
      .then(() => this.giveBack(this.late));
  }

  /**
   * Ends at once. Returns the jobs it held to the front of the queue, unless the next leader has
   * already taken them.
   */
  async destroy(): Promise<void> {
    const held = this.held.size;
    const givenBack = this.giveBack(this.held);
    if (held > 0) await endsWithin(givenBack, GIVE_BACK_MS);
    // A pause reopens the blocking connection when it ends. If the worker closed before that, the
    // connection would outlive it.
    if (this.pausing && !(await endsWithin(this.pausing, GIVE_BACK_MS)))
      void this.pausing.then(() => disconnectBlocking(this.worker).catch(() => undefined));
    await endsWithin(this.worker.close(true), GIVE_BACK_MS);
    // The loop ends after the fetch in progress, but not while a handler never ends.
    await endsWithin(this.running, held === 0 ? GIVE_BACK_MS : FETCH_MS);
    await endsWithin(this.giveBackFetched(), GIVE_BACK_MS);
    this.connection.disconnect();
  }

  /**
   * Returns jobs that were being fetched when the worker ended and reached no handler: a leader
   * that resumes after it was deposed fetches once more before it learns that. The lock of such a
   * job names this worker. The read follows the end of the loop, and so the fetch.
   */
  private async giveBackFetched(): Promise<void> {
    const active = await readActiveIds(this.connection, this.toKey);
    if (active.length === 0) return;
    const locks = await readLocks(this.connection, this.toKey, active);
    const mine = active.flatMap((id, index): [string, string][] =>
      locks[index]?.startsWith(this.worker.id) ? [[id, locks[index]]] : [],
    );
    await this.giveBack(new Map(mine));
  }

  /**
   * Returns jobs to the front of the queue, unless the next leader has already taken them. Must not
   * reject.
   */
  private async giveBack(jobs: Map<string, string>): Promise<void> {
    const inOrder = oldestLast([...jobs]);
    jobs.clear();
    await moveToFront(this.worker, inOrder);
  }
}
