/**
 * Runs one term of a leader, from promotion to its end. The take-over is prefetch → reclaim →
 * fetch → relay, without any timer: the work on the oldest parcels begins before the queue is in
 * order and its worker runs. The end is either forced (`stop`: the AbortSignal reaches every
 * handler) or planned (`finish`; to resume, the replica builds a new LeaderTerm of the same term).
 */
import { setMaxListeners } from 'node:events';
import type { Redis } from 'ioredis';
import type { OutcomeMessage } from '../shared/contracts/outcome.js';
import { markElection, type ElectionMarks } from '../shared/postgres/election-marks.js';
import type { ReconnectingQueue } from '../shared/queue/reconnecting-queue.js';
import type { CommitResult, FencingToken } from '../shared/postgres/ledger.js';
import type { Logger } from '../shared/observability/logger.js';
import type { Pool } from '../shared/postgres/postgres.js';
import type { Parcel } from '../shared/queue/queue.js';
import { isExpectedAtTermEnd, LeadershipLost } from './core/errors.js';
import { stalledMs } from './core/progress.js';
import { Prefetch, peekParcels } from './prefetch.js';
import { commitsRefused, handoverStepSeconds, reclaimed } from './metrics.js';
import type { ParcelWorker } from './parcel-worker.js';
import { TermWork } from './process-parcel.js';
import { reclaimParcels } from './reclaim.js';
import type { TermView } from './core/relay.js';
import { Relay } from './relay.js';
import type { TermDependencies } from './term-dependencies.js';

export interface LeaderTermOptions extends Omit<TermDependencies, 'wakeIn' | 'onCommit'> {
  token: FencingToken;
  queue: ReconnectingQueue;
  redis: Redis;
  worker: ParcelWorker;
  /**
   * For statements that may wait: marks in the history, polls of the relay. They never delay a load
   * or a commit.
   */
  backgroundPool: Pool;
  /** Maximum number of parcels begun before the queue's worker runs. */
  prefetchMax: number;
  publish(message: OutcomeMessage): void;
  relayIntervalMs: number;
  relayGraceMs: number;
  /** Time limit of a call to the gateway, ms. */
  gatewayTimeoutMs: number;
  /** The fence refused a commit of this term. */
  onRefused(term: number): void;
  onCommitted(payments: number): void;
  /** An invariant broke. The process must end; a standby takes over. */
  onFatal(error: unknown): void;
}

/**
 * The result of a cancelled parcel: it never settles. Its job is returned to the queue, see
 * ParcelWorker.destroy.
 */
const NEVER = new Promise<never>(() => undefined);

export class LeaderTerm {
  readonly work: TermWork;
  private readonly abort = new AbortController();
  private readonly relay: Relay;
  private readonly prefetch = new Prefetch();
  private readonly logger: Logger;
  /** When this term began, monotonic ms. */
  private startMs = 0;
  private committedOnce = false;
  private finishing = false;
  /**
   * Whether the work on a parcel failed. If so, the worker still holds its job and will never
   * settle it.
   */
  private brokeOff = false;
  /** When the queue last delivered a parcel, monotonic ms. */
  private broughtMs = 0;
  /** Parcels that the queue delivered and that are not finished. */
  private brought = 0;

  constructor(private readonly options: LeaderTermOptions) {
    this.logger = options.logger.child({ term: options.token.term });
    setMaxListeners(0, this.abort.signal); // Every call to the gateway adds a listener.
    this.work = new TermWork(
      options.token,
      {
        ...options,
        logger: this.logger,
        wakeIn: (ms) => this.relay.scheduleIn(ms),
        onCommit: (result) => this.onCommitted(result),
      },
      this.abort.signal,
    );
    this.relay = new Relay({
      partition: options.token.partition,
      intervalMs: options.relayIntervalMs,
      graceMs: options.relayGraceMs,
      queue: options.queue,
      pool: options.backgroundPool,
      view: this.createRelayView(),
      now: () => options.clock.now(),
      logger: this.logger,
      deliver: (parcel) => this.process(parcel, null).catch(() => undefined),
      renew: () => options.worker.renew(),
    });
  }

  private createRelayView(): TermView {
    const { work, options } = this;
    const queue = { broughtMs: (): number => this.broughtMs, held: (): number => this.brought };
    return {
      get parcelsInFlight() {
        return work.parcelsInFlight;
      },
      get passedSeq() {
        return work.passedSeq;
      },
      get inFlight() {
        return work.held;
      },
      get broughtMs() {
        return queue.broughtMs();
      },
      get hasRoom() {
        return queue.held() < options.worker.concurrency;
      },
    };
  }

  /** How long work has waited without any progress, in ms; null: no work is known to wait. */
  get stalledMs(): number | null {
    const { work, relay, finishing, options } = this;
    const evidence = {
      busySinceMs: work.busySinceMs,
      owed: finishing ? null : relay.owed,
      progressMs: work.progressMs,
      callMs: work.inFlight.size > 0 ? options.gatewayTimeoutMs : 0,
    };
    return stalledMs(evidence, options.clock.now());
  }

  get term(): number {
    return this.options.token.term;
  }

  /**
   * Takes over the parcels of an earlier leader, then fetches. Leads without Redis too: the relay
   * then delivers directly.
   */
  async begin(): Promise<void> {
    const { clock } = this.options;
    this.startMs = clock.now();
    const promoted = clock.wall();
    this.announceGap();
    await this.startPrefetch();
    const took = clock.wall();
    const parcels = await this.reclaim();
    if (this.abort.signal.aborted) return;
    this.fetch();
    this.measureStep('reclaim');
    this.logger.info(
      { parcels, ms: Math.round(clock.now() - this.startMs) },
      'leading; reclaimed the parcels of the previous leader',
    );
    this.mark({ promoted_at: promoted, reclaimed_at: took });
  }

  /**
   * Announces that outcome events may be missing: a leader crashed, Redis lost them, or a commit
   * succeeded although its answer was lost.
   */
  private announceGap(): void {
    const { token, clock } = this.options;
    this.options.publish({ ...token, gapAt: clock.wall().toISOString() });
  }

  private async startPrefetch(): Promise<void> {
    const { queue, redis, prefetchMax } = this.options;
    const oldest = await queue.use((bull) => peekParcels(bull, redis, prefetchMax)).catch(() => []);
    if (this.abort.signal.aborted) return;
    for (const each of oldest) this.prefetch.begin(each, this.attempt(each.parcel, each.jobId));
  }

  private async reclaim(): Promise<number> {
    const { queue, redis } = this.options;
    try {
      const parcels = await queue.use((bull, signal) =>
        reclaimParcels(bull, redis, this.logger, signal),
      );
      reclaimed.inc(parcels);
      return parcels;
    } catch (error) {
      this.logger.warn(
        { err: { message: (error as Error).message } },
        'cannot reclaim parcels; the relay will find their payments',
      );
      return 0;
    }
  }

  private fetch(): void {
    this.options.worker.run((parcel, jobId) => this.process(parcel, jobId).catch(() => NEVER));
    this.relay.start();
  }

  /** @param jobId null: the parcel did not come from the queue. */
  private async process(parcel: Parcel, jobId: string | null): Promise<void> {
    const fromQueue = jobId === null ? 0 : 1;
    if (fromQueue) this.broughtMs = this.options.clock.now();
    this.brought += fromQueue;
    let claimed = 0;
    try {
      claimed = await ((jobId === null ? null : this.prefetch.join(jobId, parcel)) ??
        this.attempt(parcel, jobId));
    } finally {
      this.brought -= fromQueue;
      if (parcel.relayed) this.relay.onArrived(claimed);
    }
  }

  private async attempt(parcel: Parcel, name: string | null): Promise<number> {
    try {
      return await this.work.process(parcel, name);
    } catch (error) {
      this.onFailed(error);
      throw error;
    }
  }

  private onFailed(error: unknown): void {
    this.brokeOff = true;
    if (error instanceof LeadershipLost) {
      commitsRefused.inc();
      this.logger.warn('the fence refused a commit: another replica leads');
      this.options.onRefused(this.term);
    } else if (!isExpectedAtTermEnd(error, this.abort.signal)) {
      this.options.onFatal(error);
    }
  }

  private onCommitted(result: CommitResult): void {
    this.options.onCommitted(result.ids.length);
    // The statement was repeated because its answer was lost: the first run wrote all the outcomes,
    // and no event was published.
    if (result.ids.length === 0) return this.announceGap();
    if (this.committedOnce) return;
    this.committedOnce = true;
    this.measureStep('first-commit');
    this.mark({ first_commit_at: result.at });
  }

  private measureStep(step: 'reclaim' | 'first-commit'): void {
    handoverStepSeconds.observe({ step }, (this.options.clock.now() - this.startMs) / 1_000);
  }

  private mark(marks: ElectionMarks): void {
    markElection(this.options.backgroundPool, this.options.token, marks).catch((error: unknown) =>
      this.logger.warn(
        { err: { message: (error as Error).message }, marks: Object.keys(marks) },
        'cannot write marks of the election',
      ),
    );
  }

  /** Redis is connected again and may be empty. */
  onRedisReturned(): void {
    this.announceGap();
    this.relay.forget();
  }

  /** Stops fetching; resolves when nothing is in flight. */
  async finish(): Promise<void> {
    this.finishing = true;
    this.relay.stop();
    this.options.worker.pause();
    await this.work.waitUntilIdle();
  }

  /** Ends at once. @returns whether the worker may be reused: it had finished in good order. */
  stop(): boolean {
    this.relay.stop();
    this.abort.abort();
    return this.finishing && !this.brokeOff && this.work.parcelsInFlight === 0;
  }
}
