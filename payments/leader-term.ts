/**
 * Runs one term of a leader, from promotion to its end. The take-over is prefetch → reclaim →
 * fetch → relay: the work on the oldest parcels begins before the queue is in order and its worker
 * runs (first-parcels.ts). The end is either forced (`stop`: the AbortSignal reaches every
 * handler) or planned (`finish`; to resume, the replica builds a new LeaderTerm of the same term).
 */
import { setMaxListeners } from 'node:events';
import type { Clock } from '../shared/clock.js';
import type { CommitResult, FencingToken } from '../shared/postgres/ledger.js';
import type { Logger } from '../shared/observability/logger.js';
import type { Parcel } from '../shared/queue/queue.js';
import type { Random } from '../shared/random.js';
import type { Gateway } from './core/gateway.js';
import { isExpectedAtTermEnd, LeadershipLost } from './core/errors.js';
import { stalledMs } from './core/progress.js';
import {
  FIRST_PHASE,
  leavesWorkerFree,
  stepTerm,
  wasAskedToFinish,
  type TermInput,
  type TermPhase,
} from './core/term-phase.js';
import type { Database, Policy, QueueAccess, TermEvents } from './dependencies.js';
import { FirstParcels, REDIS_SILENT_MS } from './first-parcels.js';
import { commitsRefused, reclaimed } from './metrics.js';
import type { ParcelWorker } from './parcel-worker.js';
import { TermWork } from './process-parcel.js';
import { reclaimParcels } from './reclaim.js';
import type { TermView } from './core/relay.js';
import { Relay } from './relay.js';
import { TakeOver } from './take-over.js';

export interface LeaderTermOptions {
  token: FencingToken;
  worker: ParcelWorker;
  database: Database;
  queue: QueueAccess;
  gateway: Gateway;
  clock: Clock;
  random: Random;
  policy: Policy;
  events: TermEvents;
  logger: Logger;
}

/**
 * The result of a cancelled parcel: it never resolves or rejects. Its job is returned to the queue,
 * see ParcelWorker.destroy.
 */
const NEVER = new Promise<never>(() => undefined);

export class LeaderTerm {
  readonly work: TermWork;
  private readonly abort = new AbortController();
  private readonly relay: Relay;
  private readonly first: FirstParcels;
  private readonly logger: Logger;
  private readonly takeOver: TakeOver;
  private phase: TermPhase = FIRST_PHASE;
  /** When the queue last delivered a parcel, monotonic ms. */
  private deliveredMs = 0;
  /** Parcels that the queue delivered and that are not finished. */
  private openDeliveries = 0;

  constructor(private readonly options: LeaderTermOptions) {
    const { token, database, queue, gateway, clock, random, policy, events } = options;
    const logger = options.logger.child({ term: token.term });
    this.logger = logger;
    this.takeOver = new TakeOver({ token, clock, pool: database.background, logger });
    setMaxListeners(0, this.abort.signal); // Every call to the gateway adds a listener.
    this.work = new TermWork({
      token,
      database,
      gateway,
      clock,
      random,
      policy,
      events: {
        publish: events.publish,
        wakeIn: (ms) => this.relay.scheduleIn(ms),
        onCommit: (result) => this.onCommitted(result),
      },
      logger,
      signal: this.abort.signal,
    });
    this.first = new FirstParcels({
      queue,
      clock,
      firstMax: policy.prefetchMax,
      max: options.worker.concurrency,
      begin: (parcel, jobId) => this.attempt(parcel, jobId),
      mayBegin: () => this.phase.name === 'running' && this.deliveredMs === 0,
    });
    this.relay = new Relay({
      partition: token.partition,
      policy: policy.relay,
      parcels: queue.parcels,
      pool: database.background,
      view: this.createRelayView(),
      now: () => clock.now(),
      logger,
      deliver: (parcel) => this.process(parcel, null).catch(() => undefined),
      renew: () => options.worker.renew(),
    });
  }

  private createRelayView(): TermView {
    const { work, options } = this;
    const queue = {
      deliveredMs: (): number => this.deliveredMs,
      open: (): number => this.openDeliveries,
    };
    return {
      get parcelsInFlight() {
        return work.parcelsInFlight;
      },
      get passedSeq() {
        return work.passedSeq;
      },
      get toSkip() {
        return work.toSkip;
      },
      get deliveredMs() {
        return queue.deliveredMs();
      },
      get hasRoom() {
        return queue.open() < options.worker.concurrency;
      },
    };
  }

  /** How long work has waited without any progress, in ms; null: no work is known to wait. */
  get stalledMs(): number | null {
    const { work, relay, phase, options } = this;
    const evidence = {
      busySinceMs: work.busySinceMs,
      owed: wasAskedToFinish(phase) ? null : relay.owed,
      progressMs: work.progressMs,
      callMs: work.paymentsInFlight > 0 ? options.policy.gatewayTimeoutMs : 0,
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
    this.announceGap();
    const answers = await this.first.beginOldest();
    this.takeOver.onReclaiming();
    // The relay needs no Redis and must begin soon.
    const parcels = await this.reclaim(answers ? undefined : REDIS_SILENT_MS);
    if (this.hasEnded) return;
    this.fetch();
    this.takeOver.onFetching(parcels);
  }

  /**
   * Announces that outcome events may be missing: a leader crashed, Redis lost them, or a commit
   * succeeded although its answer was lost.
   */
  private announceGap(): void {
    const { token, clock, events } = this.options;
    events.publish({ ...token, gapAt: clock.wall().toISOString() });
  }

  /** @param withinMs time limit. Default: that of the queue. */
  private async reclaim(withinMs?: number): Promise<number> {
    const { queue } = this.options;
    try {
      const parcels = await queue.parcels.use(
        (bull, signal) => reclaimParcels(bull, queue.redis, this.logger, signal),
        withinMs,
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
    void this.first.follow();
  }

  /** @param jobId null: the parcel did not come from the queue. */
  private async process(parcel: Parcel, jobId: string | null): Promise<void> {
    const fromQueue = jobId === null ? 0 : 1;
    if (fromQueue) this.deliveredMs = this.options.clock.now();
    this.openDeliveries += fromQueue;
    let claimed = 0;
    try {
      claimed = await ((jobId === null ? null : this.first.join(jobId, parcel)) ??
        this.attempt(parcel, jobId));
    } finally {
      this.openDeliveries -= fromQueue;
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
    this.step({ type: 'parcel-failed' });
    if (error instanceof LeadershipLost) {
      commitsRefused.inc();
      this.logger.warn('the fence refused a commit: another replica leads');
      this.options.events.onRefused(this.term);
    } else if (!isExpectedAtTermEnd(error, this.abort.signal)) {
      this.options.events.onFatal(error);
    }
  }

  private onCommitted(result: CommitResult): void {
    this.options.events.onCommitted(result.ids.length);
    // The statement was repeated because its answer was lost: the first run wrote all the outcomes,
    // and no event was published.
    if (result.ids.length === 0) return this.announceGap();
    this.takeOver.onCommitted(result.at);
  }

  /** Redis is connected again and may be empty. */
  onRedisReturned(): void {
    this.announceGap();
    this.relay.forget();
  }

  /** Stops fetching; resolves when nothing is in flight. */
  async finish(): Promise<void> {
    this.step({ type: 'finish' });
    this.relay.stop();
    this.options.worker.pause();
    await this.work.waitUntilIdle();
  }

  /** Payments in flight once it begins nothing more; null: it may still begin some. */
  listLeft(): readonly string[] | null {
    return this.phase.name === 'finishing' ? this.work.listInFlight() : null;
  }

  /** Ends at once. @returns whether the worker may be reused: it had finished in good order. */
  stop(): boolean {
    this.relay.stop();
    this.step({ type: 'stop', parcelsInFlight: this.work.parcelsInFlight });
    return leavesWorkerFree(this.phase);
  }

  private get hasEnded(): boolean {
    return this.phase.name === 'ended';
  }

  private step(input: TermInput): void {
    this.phase = stepTerm(this.phase, input);
    if (this.hasEnded) this.abort.abort();
  }
}
