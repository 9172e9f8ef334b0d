/**
 * A payment replica, assembled like payments/replica.ts and start.ts: the role machine decides,
 * starts and ends of terms run one after the other, every listening monitor receives beats, and the
 * row is polled.
 */
import type { Leadership, ReplicaReport } from '../../shared/contracts/leadership.js';
import type { Reply } from '../../payments/core/gateway.js';
import type { FinalOutcome } from '../../payments/core/parcel.js';
import {
  initialRole,
  type RoleEffect,
  type RoleInput,
  type RoleState,
} from '../../payments/core/role.js';
import { Process } from '../model/process.js';
import {
  TIMES,
  type BeatListener,
  type SimulatedReplica,
  type SimulatedSystem,
} from '../system.js';
import { SimulatedEarly } from './early.js';
import { Term } from './term.js';
import type { LeadingReplica } from './term-statements.js';
import { Worker } from './worker.js';

type Action = (done: () => void) => void;

export class ReplicaProcess extends Process implements SimulatedReplica, LeadingReplica {
  role: RoleState;
  committed = 0;
  private current: Term | null = null;
  private readonly early: SimulatedEarly;
  private worker: Worker;
  private workers = 0;
  private actions: Action[] = [];
  private acting = false;
  /** Calls back when the last finishing term has nothing in flight. */
  private drained: Action = (done) => done();
  private readonly listeners = new Set<BeatListener>();

  constructor(
    private readonly system: SimulatedSystem,
    name: string,
    node: number,
  ) {
    super(system.world, name, node);
    this.role = initialRole(name, this.bootId);
    this.worker = this.newWorker();
    this.early = new SimulatedEarly(system, this);
  }

  get bootId(): string {
    return `${this.name}#${this.life}`;
  }

  /** A life begins without state. */
  override onStart(): void {
    this.role = initialRole(this.name, this.bootId);
    this.committed = 0;
    this.current = null;
    this.actions = [];
    this.acting = false;
    this.drained = (done) => done();
    this.early.drop();
    this.worker = this.newWorker();
    this.in(this.world.chance.below(TIMES.beatMs), () => this.beat());
    this.in(1 + this.world.chance.below(TIMES.pollMs), () => this.poll());
  }

  protected override dropCaller(): void {
    for (const listener of this.listeners)
      this.system.network.send(this, listener.monitor, () => listener.onLost());
    this.listeners.clear();
  }

  report(): ReplicaReport {
    const { network, database, queue, gateway, world, rules } = this.system;
    const { current } = this;
    return {
      id: this.name,
      bootId: this.role.bootId,
      pid: 1,
      role: this.role.role,
      term: this.role.term,
      parcelsInFlight: current?.line.parcelsInFlight ?? 0,
      committed: this.committed,
      reaches: {
        postgres:
          database.alive && !network.isCut(this, database) && !network.isCut(database, this),
        redis:
          queue.alive &&
          !queue.refusesWrites &&
          !network.isCut(this, queue) &&
          !network.isCut(queue, this),
        gateway:
          gateway.alive &&
          gateway.refusal === null &&
          !network.isCut(this, gateway) &&
          !network.isCut(gateway, this),
      },
      stalledMs: current ? rules.stalledMs(current.evidence, world.nowMs) : null,
    };
  }

  applyLeadership(leadership: Leadership, pushed: boolean): void {
    const { term } = this.role;
    this.step({ type: 'leadership', leadership, pushed });
    const isNews = this.role.term > term || (pushed && leadership.term === term);
    if (isNews && this.role.role === 'standby') this.early.drop();
  }

  listLeft(
    term: number,
    onResult: (inFlight: readonly string[] | null) => void,
    untilMs = this.world.nowMs + TIMES.listMs,
  ): void {
    const left = this.current?.term === term ? this.current.listLeft() : null;
    if (left !== null || this.world.nowMs >= untilMs) return onResult(left);
    this.in(1, () => this.listLeft(term, onResult, untilMs));
  }

  prepare(term: number, inFlight: readonly string[]): void {
    if (this.role.role === 'standby' && this.role.term === term) this.early.begin(term, inFlight);
  }

  takeEarly(id: string, onReply: (reply: Reply) => void): boolean {
    return this.early.take(id, onReply);
  }

  onRefused(term: number): void {
    this.step({ type: 'refused', term });
  }

  /**
   * Finishes payments in flight. @param onResult receives whether nothing is in flight; not called
   * when the term is not its own.
   */
  standDown(term: number, timeoutMs: number, onResult: (drained: boolean) => void): void {
    if (this.role.role === 'standby' || this.role.term !== term) return onResult(false);
    this.step({ type: 'stand-down', term, resumeAtMs: this.world.nowMs + TIMES.resumeMs });
    let waits = true;
    const end = (drained: boolean): void => {
      if (waits) onResult(drained);
      waits = false;
    };
    this.in(timeoutMs, () => end(false));
    this.enqueue((done) => {
      this.drained(() => end(true));
      done();
    });
  }

  /** A monitor receives beats from now on. */
  listen(listener: BeatListener): void {
    this.listeners.add(listener);
    this.send(listener, this.report());
  }

  jamWorker(): void {
    this.worker.jam();
  }

  hang(): void {
    this.current?.hang();
  }

  redisReturned(): void {
    this.current?.redisReturned();
  }

  /**
   * Notifies callers that wait. An announcement is only a hint, so only its truth is checked here.
   */
  announce(outcomes: readonly FinalOutcome[]): void {
    for (const { id, status } of outcomes)
      this.system.checks.payments.checkAnnouncement(id, status);
  }

  private newWorker(): Worker {
    this.workers += 1;
    return new Worker(this.system, this, this.workers);
  }

  private beat(): void {
    this.step({ type: 'tick', nowMs: this.world.nowMs });
    this.tellAll();
    this.in(TIMES.beatMs, () => this.beat());
  }

  private tellAll(): void {
    const report = this.report();
    for (const listener of this.listeners) this.send(listener, report);
  }

  private send(listener: BeatListener, report: ReplicaReport): void {
    if (listener.isOver) {
      this.listeners.delete(listener);
      return;
    }
    const { monitor, arrivalMs } = listener;
    listener.arrivalMs = this.system.network.send(
      this,
      monitor,
      () => listener.line(report),
      undefined,
      arrivalMs,
    );
  }

  private poll(): void {
    const { database, leadership } = this.system;
    database.ask(
      this,
      TIMES.statementMs,
      'a read of the row',
      () => leadership.row,
      (row) => {
        if (row) this.applyLeadership(row, false);
        this.in(TIMES.pollMs, () => this.poll());
      },
    );
  }

  private step(input: RoleInput): void {
    const { state, effects } = this.system.rules.stepRole(this.role, input);
    const before = this.role;
    this.role = state;
    if (state.role !== before.role)
      this.world.log?.(this.name, `is ${state.role} in term ${state.term}`);
    for (const effect of effects) this.perform(effect);
    if (state.role === before.role && state.term === before.term) return;
    this.tellAll();
  }

  private perform(effect: RoleEffect): void {
    switch (effect.type) {
      case 'begin':
        this.early.stop();
        this.system.checks.roles.noteBegin(this.name, this.bootId, effect.term);
        return this.enqueue((done) => this.begin(effect.term, done));
      case 'stop': {
        this.system.checks.roles.checkStop(this.role, effect.term);
        this.early.drop();
        const keep = this.current?.stop() ?? true;
        return this.enqueue((done) => this.end(keep, done));
      }
      case 'finish':
        return this.enqueue((done) => this.finish(done));
      case 'resume':
        return this.enqueue((done) => this.drained(() => this.begin(effect.term, done)));
    }
  }

  private enqueue(action: Action): void {
    this.actions.push(action);
    if (!this.acting) this.next();
  }

  private next(): void {
    const action = this.actions.shift();
    this.acting = action !== undefined;
    action?.(() => this.next());
  }

  private begin(term: number, done: () => void): void {
    if (this.role.term !== term || this.role.role !== 'leading') return done();
    this.current = new Term(this.system, this, this.worker, term);
    this.current.begin(done);
  }

  private finish(done: () => void): void {
    const { current } = this;
    let isIdle = current === null;
    let waiting: (() => void)[] = [];
    current?.finish(() => {
      isIdle = true;
      for (const each of waiting) each();
      waiting = [];
    });
    this.drained = (idle) => {
      if (isIdle) idle();
      else waiting.push(idle);
    };
    done();
  }

  private end(keepWorker: boolean, done: () => void): void {
    this.current = null;
    if (keepWorker) return this.drained(done);
    const old = this.worker;
    this.worker = this.newWorker();
    old.destroy(done);
  }
}
