/**
 * One term of a leader, carried out like payments/leader-term.ts, process-parcel.ts and relay.ts:
 * oldest parcels → reclaim → fetch → relay. The machines of payments/core decide everything else.
 */
import { CalledOff, LeadershipLost } from '../../payments/core/errors.js';
import type { ParcelPipeline } from '../../payments/core/parcel-pipeline.js';
import type { PipelineTime, WorkEffect } from '../../payments/core/work-effects.js';
import type { Evidence } from '../../payments/core/progress.js';
import type { TermView } from '../../payments/core/relay.js';
import {
  FIRST_PHASE,
  leavesWorkerFree,
  stepTerm,
  wasAskedToFinish,
  type TermPhase,
} from '../../payments/core/term-phase.js';
import type { QueueJob } from '../model/records.js';
import { TIMES, type SimulatedSystem } from '../system.js';
import { SimulatedPrefetch, type OnWorkEnd } from './prefetch.js';
import { SimulatedRelay } from './relay.js';
import { TermStatements, type LeadingReplica, type Of } from './term-statements.js';
import type { Worker } from './worker.js';

export class Term {
  readonly line: ParcelPipeline;
  private readonly relay: SimulatedRelay;
  private readonly statements: TermStatements;
  private readonly moment: PipelineTime;
  private phase: TermPhase = FIRST_PHASE;
  private deliveredMs = 0;
  private lastWork = 0;
  private readonly through = new Map<number, OnWorkEnd>();
  private readonly charging = new Set<number>();
  private readonly prefetch = new SimulatedPrefetch();
  private whenIdle: (() => void)[] = [];

  constructor(
    private readonly system: SimulatedSystem,
    private readonly replica: LeadingReplica,
    private readonly worker: Worker,
    readonly term: number,
  ) {
    const { rules, world } = system;
    this.line = rules.newLine({ term, policy: TIMES.retry, startMs: world.nowMs });
    const renew = (): void => this.worker.renew();
    this.relay = new SimulatedRelay(
      system,
      replica,
      this.viewOfRelay(),
      term,
      (ids, through) => this.attempt(ids, through),
      renew,
    );
    this.moment = { nowMs: 0, draw: () => world.chance.next() };
    this.statements = new TermStatements(
      system,
      replica,
      term,
      this.line,
      () => this.hasEnded,
      () => this.at(),
      (effects) => this.feed(effects),
    );
  }

  private viewOfRelay(): TermView {
    const { line, worker } = this;
    const deliveredMs = (): number => this.deliveredMs;
    const held = { has: (id: string): boolean => line.mustSkip(id, this.now) };
    return {
      get parcelsInFlight() {
        return line.parcelsInFlight;
      },
      get passedSeq() {
        return line.passedSeq;
      },
      get toSkip() {
        return held;
      },
      get deliveredMs() {
        return deliveredMs();
      },
      get hasRoom() {
        return worker.holds < TIMES.concurrency;
      },
    };
  }

  /** The evidence of progress. */
  get evidence(): Evidence {
    const { line, relay, phase } = this;
    return {
      busySinceMs: line.parcelsInFlight > 0 ? line.busySinceMs : null,
      owed: wasAskedToFinish(phase) ? null : relay.owed,
      progressMs: line.progressMs,
      callMs: line.inFlight.size > 0 ? TIMES.gatewayMs : 0,
    };
  }

  /** From now on no statement of this term gets an answer. */
  hang(): void {
    this.statements.hang();
  }

  /**
   * Begins with the oldest parcels, reclaims, then fetches, then relays. Leads also while the queue
   * is unavailable.
   */
  begin(done: () => void): void {
    const { queue, rules, checks } = this.system;
    const heldBefore = checks.queue.stampsOf(queue.active);
    const { failures } = checks.queue;
    const go = (answered: boolean): void => {
      if (!this.hasEnded) {
        if (answered)
          checks.queue.fetchesFirst(this.replica.name, queue.active, heldBefore, failures);
        this.fetch();
      }
      done();
    };
    queue.peek(this.replica, TIMES.concurrency, (oldest) => {
      if (!this.hasEnded) for (const job of oldest ?? []) this.startAhead(job);
      if (rules.reclaims) this.reclaim(go);
      else go(true);
    });
  }

  /**
   * Begins a parcel before the queue delivers it; on delivery, the queue job joins that work. Only
   * once: this worker starts each job when it has fetched it. @see payments/first-parcels.ts
   */
  private startAhead(job: QueueJob): void {
    this.attempt(job.data.ids, this.prefetch.begin(job));
  }

  private reclaim(settle: (answered: boolean) => void): void {
    const { queue, rules } = this.system;
    queue.listActive(this.replica, (ids) => {
      if (ids === null || ids.length === 0) return settle(ids !== null);
      queue.moveToWait(this.replica, rules.oldestLast(ids), null, (moved) =>
        settle(moved !== null),
      );
    });
  }

  private fetch(): void {
    this.worker.run((job, through) => {
      this.deliveredMs = this.now;
      const settle: OnWorkEnd = (failed, claimed) => {
        if (failed === null) through();
        if (job.data.relayed) this.relay.arrived(claimed);
      };
      if (!this.prefetch.join(job, settle)) this.attempt(job.data.ids, settle);
    });
    this.relay.wakeIn(0);
  }

  /** Fetches no new parcels; calls `idle` when nothing is in flight. */
  finish(idle: () => void): void {
    this.phase = stepTerm(this.phase, { type: 'finish' });
    this.relay.stop();
    this.worker.pause();
    if (this.line.parcelsInFlight === 0) idle();
    else this.whenIdle.push(idle);
  }

  /** Payments in flight once it begins nothing more; null: it may still begin some. */
  listLeft(): readonly string[] | null {
    return this.phase.name === 'finishing' ? this.line.listInFlight() : null;
  }

  /** Ends at once. @returns whether the worker may be reused, because it finished in order. */
  stop(): boolean {
    if (!this.system.rules.stopsWork) return true;
    const { parcelsInFlight } = this.line;
    this.phase = stepTerm(this.phase, { type: 'stop', parcelsInFlight });
    this.relay.stop();
    this.line.stop();
    for (const work of [...this.charging])
      this.feed(this.line.onFailed(work, new CalledOff(), this.at()));
    return leavesWorkerFree(this.phase);
  }

  /** The queue is available again, perhaps empty. */
  redisReturned(): void {
    this.relay.forget();
  }

  private get hasEnded(): boolean {
    return this.phase.name === 'ended';
  }

  private get now(): number {
    return this.system.world.nowMs;
  }

  private at(): PipelineTime {
    this.moment.nowMs = this.now;
    return this.moment;
  }

  private attempt(ids: readonly string[], through: OnWorkEnd): void {
    this.lastWork += 1;
    this.system.checks.roles.takes(this.replica.name, this.term, wasAskedToFinish(this.phase));
    this.through.set(this.lastWork, (failed, claimed) => {
      if (failed !== null && this.system.rules.replacesHeldWorker)
        this.phase = stepTerm(this.phase, { type: 'parcel-failed' });
      if (failed instanceof LeadershipLost) this.replica.onRefused(this.term);
      through(failed, claimed);
    });
    this.feed(this.line.onArrived(this.lastWork, ids, this.at()));
  }

  private feed(effects: readonly WorkEffect[]): void {
    for (const effect of effects) this.perform(effect);
    if (this.line.parcelsInFlight === 0 && this.whenIdle.length > 0)
      for (const idle of this.whenIdle.splice(0)) idle();
  }

  private perform(effect: WorkEffect): void {
    switch (effect.type) {
      case 'load':
        return this.statements.load(effect);
      case 'charge':
        this.charging.add(effect.work);
        return this.statements.charge(effect);
      case 'commit':
        return this.statements.commit(effect.outcomes);
      case 'defer':
        return this.statements.defer(effect.waits);
      case 'set-aside':
        return this.system.checks.payments.leavesWork(effect.ids);
      case 'announce':
        return this.replica.announce(effect.outcomes);
      case 'wake':
        return this.relay.wakeIn(effect.ms);
      case 'done':
      case 'failed':
        return this.end(effect);
    }
  }

  private end(effect: Of<'done' | 'failed'>): void {
    const through = this.through.get(effect.work);
    this.through.delete(effect.work);
    this.charging.delete(effect.work);
    if (effect.type === 'done') through?.(null, effect.claimed);
    else through?.(effect.error, 0);
  }
}
