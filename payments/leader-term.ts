/**
 * One term of leading, from promotion to its end. Taking over is head start → reclaim → fetch → relay, without waiting for any timer:
 * the work on what is oldest begins before the queue is put in order and its worker runs. An end is either forced (`stop`: the
 * AbortSignal reaches every handler) or planned (`finish`, perhaps `resume`).
 */
import { setMaxListeners } from 'node:events';
import type { Redis } from 'ioredis';
import type { OutcomeMessage } from '../shared/contracts/outcome.js';
import { markElection, type ElectionMarks } from '../shared/election-marks.js';
import type { HealingQueue } from '../shared/healing-queue.js';
import type { CommitResult, FencingToken } from '../shared/ledger.js';
import type { Logger } from '../shared/logger.js';
import type { Pool } from '../shared/postgres.js';
import type { Parcel } from '../shared/queue.js';
import { isCalledOff, LeadershipLost } from './core/errors.js';
import { stalledMs } from './core/progress.js';
import { HeadStart, peekParcels } from './head-start.js';
import { commitsRefused, handoverStepSeconds, reclaimed } from './metrics.js';
import type { ParcelWorker } from './parcel-worker.js';
import { TermWork, type TermDependencies } from './process-parcel.js';
import { reclaimParcels } from './reclaim.js';
import type { TermView } from './core/relay.js';
import { Relay } from './relay.js';

export interface LeaderTermOptions extends Omit<TermDependencies, 'wakeIn' | 'onCommit'> {
  token: FencingToken;
  queue: HealingQueue;
  redis: Redis;
  worker: ParcelWorker;
  /** For what may wait: the history's marks, the relay's look. Never in the way of a load or a commit. */
  aside: Pool;
  /** Parcels begun before the queue's worker runs, at the most. */
  headStart: number;
  publish(message: OutcomeMessage): void;
  relayIntervalMs: number;
  relayGraceMs: number;
  /** Longest call to the gateway. */
  gatewayTimeoutMs: number;
  /** The fence refused a commit of this term. */
  onRefused(term: number): void;
  onCommitted(payments: number): void;
  /** Something happened that must not: the process has to end, the standby is there for that. */
  onFatal(error: unknown): void;
}

/** The answer of a parcel whose work was called off: none. Its job is given back, see ParcelWorker.destroy. */
const NEVER = new Promise<never>(() => undefined);

export class LeaderTerm {
  readonly work: TermWork;
  private readonly abort = new AbortController();
  private readonly relay: Relay;
  private readonly ahead = new HeadStart();
  private readonly logger: Logger;
  /** When it heard that it leads, monotonic ms. */
  private startMs = 0;
  private committedOnce = false;
  private finishing = false;
  /** A parcel's work broke off: its job is still held by the worker, and will never be settled. */
  private brokeOff = false;
  /** When the queue last brought a parcel, monotonic ms. */
  private broughtMs = 0;
  /** Parcels that the queue brought and that are not through. */
  private brought = 0;

  constructor(private readonly options: LeaderTermOptions) {
    this.logger = options.logger.child({ term: options.token.term });
    setMaxListeners(0, this.abort.signal); // Every call to the gateway listens to it.
    this.work = new TermWork(
      options.token,
      { ...options, logger: this.logger, wakeIn: (ms) => this.relay.wakeIn(ms), onCommit: (result) => this.committed(result) },
      this.abort.signal,
    );
    this.relay = new Relay({
      partition: options.token.partition,
      intervalMs: options.relayIntervalMs,
      graceMs: options.relayGraceMs,
      queue: options.queue,
      pool: options.aside,
      view: this.viewOfRelay(),
      now: () => options.clock.now(),
      logger: this.logger,
      deliver: (parcel) => this.process(parcel, null).catch(() => undefined),
      renew: () => options.worker.renew(),
    });
  }

  private viewOfRelay(): TermView {
    const { work, options } = this;
    const queue = { broughtMs: (): number => this.broughtMs, held: (): number => this.brought };
    return {
      get parcelsInFlight() { return work.parcelsInFlight; },
      get passedSeq() { return work.passedSeq; },
      get inFlight() { return work.held; },
      get broughtMs() { return queue.broughtMs(); },
      get hasRoom() { return queue.held() < options.worker.concurrency; },
    };
  }

  /** For how long work has waited without any progress, in ms; null: nothing waits, as far as is known. */
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

  /** Takes over what an earlier leader held, then fetches. Redis away: leads all the same, the relay knows a way. */
  async begin(): Promise<void> {
    const { clock } = this.options;
    this.startMs = clock.now();
    const promoted = clock.wall();
    this.tellOfGap();
    await this.startAhead();
    const took = clock.wall();
    const parcels = await this.reclaim();
    if (this.abort.signal.aborted) return;
    this.fetch();
    this.measureStep('reclaim');
    this.logger.info({ parcels, ms: Math.round(clock.now() - this.startMs) }, 'leading; parcels of the previous leader reclaimed');
    this.mark({ promoted_at: promoted, reclaimed_at: took });
  }

  /** Payments may be final of which no event tells: of a leader that died, lost by Redis, or committed by a try without an answer. */
  private tellOfGap(): void {
    const { token, clock } = this.options;
    this.options.publish({ ...token, gapAt: clock.wall().toISOString() });
  }

  private async startAhead(): Promise<void> {
    const { queue, redis, headStart } = this.options;
    const oldest = await queue.use((bull) => peekParcels(bull, redis, headStart)).catch(() => []);
    if (this.abort.signal.aborted) return;
    for (const each of oldest) this.ahead.begin(each, this.attempt(each.parcel, each.jobId));
  }

  private async reclaim(): Promise<number> {
    const { queue, redis } = this.options;
    try {
      const parcels = await queue.use((bull, signal) => reclaimParcels(bull, redis, this.logger, signal));
      reclaimed.inc(parcels);
      return parcels;
    } catch (error) {
      this.logger.warn({ err: { message: (error as Error).message } }, 'nothing reclaimed: Redis is away');
      return 0;
    }
  }

  private fetch(): void {
    this.options.worker.run((parcel, jobId) => this.process(parcel, jobId).catch(() => NEVER));
    this.relay.start();
  }

  /** @param jobId null: it did not come by the queue. */
  private async process(parcel: Parcel, jobId: string | null): Promise<void> {
    const fromQueue = jobId === null ? 0 : 1;
    if (fromQueue) this.broughtMs = this.options.clock.now();
    this.brought += fromQueue;
    let claimed = 0;
    try {
      claimed = await ((jobId === null ? null : this.ahead.join(jobId, parcel)) ?? this.attempt(parcel, jobId));
    } finally {
      this.brought -= fromQueue;
      if (parcel.relayed) this.relay.arrived(claimed);
    }
  }

  private async attempt(parcel: Parcel, name: string | null): Promise<number> {
    try {
      return await this.work.process(parcel, name);
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  private failed(error: unknown): void {
    this.brokeOff = true;
    if (error instanceof LeadershipLost) {
      commitsRefused.inc();
      this.logger.warn('the fence refused a commit: another leads');
      this.options.onRefused(this.term);
    } else if (!isCalledOff(error, this.abort.signal)) {
      this.options.onFatal(error);
    }
  }

  private committed(result: CommitResult): void {
    this.options.onCommitted(result.ids.length);
    // Repeated, because its answer was lost: the first try wrote them all, and nobody was told.
    if (result.ids.length === 0) return this.tellOfGap();
    if (this.committedOnce) return;
    this.committedOnce = true;
    this.measureStep('first-commit');
    this.mark({ first_commit_at: result.at });
  }

  private measureStep(step: 'reclaim' | 'first-commit'): void {
    handoverStepSeconds.observe({ step }, (this.options.clock.now() - this.startMs) / 1_000);
  }

  private mark(marks: ElectionMarks): void {
    markElection(this.options.aside, this.options.token, marks).catch((error: unknown) =>
      this.logger.warn({ err: { message: (error as Error).message }, marks: Object.keys(marks) }, 'the history misses a mark'),
    );
  }

  /** Redis came back: perhaps empty. */
  redisReturned(): void {
    this.tellOfGap();
    this.relay.forget();
  }

  /** Fetches nothing new; resolves when nothing is in flight. */
  async finish(): Promise<void> {
    this.finishing = true;
    this.relay.stop();
    this.options.worker.pause();
    await this.work.idle();
  }

  /** Ends at once. @returns whether the worker may be kept: it had finished in good order. */
  stop(): boolean {
    this.relay.stop();
    this.abort.abort();
    return this.finishing && !this.brokeOff && this.work.parcelsInFlight === 0;
  }
}
