/**
 * A monitor like monitor/loop.ts: inputs → step → effects, and each answer becomes an input. It has
 * its own clock, which may stop during a suspension and may jump.
 */
import { initialState } from '../../monitor/core/failover.js';
import type { InputBody, Input } from '../../monitor/core/inputs.js';
import type { Effect } from '../../monitor/core/effects.js';
import type { Settings, State } from '../../monitor/core/types.js';
import type { ReplicaReport, StandDownAnswer } from '../../shared/contracts/leadership.js';
import { Process } from '../model/process.js';
import type { Monitor, SimulatedReplica, SimulatedSystem } from '../system.js';
import { StreamLink, type StreamOwner } from './stream-link.js';

type Of<T extends Effect['type']> = Extract<Effect, { type: T }>;

const STATEMENT_MS = 150;
/** Allowance for the answer itself, beyond the drain time, in ms. */
const ANSWER_MARGIN_MS = 100;

/**
 * The first life in a run models a monitor that has run for long: the longer time-outs of the first
 * seconds are over.
 */
function toExperienced(settings: Settings): State {
  const state = initialState(settings);
  return { ...state, health: { ...state.health, startedAt: -Infinity } };
}

export class MonitorProcess extends Process implements Monitor, StreamOwner {
  private state: State;
  private sentence = '';
  private readonly byName: ReadonlyMap<string, SimulatedReplica>;
  private links = new Map<string, StreamLink>();
  /** Time that its clocks lost or gained, in ms. */
  private stoodStillMs = 0;
  private wallShiftMs = 0;
  /**
   * For the checks: the last tick by its own clock, the drift between its clocks since, and the
   * world's time of the last disturbance.
   */
  private tickedMs = 0;
  private jumpedMs = 0;
  private upsetMs = -Infinity;
  private requests = 0;

  constructor(
    private readonly system: SimulatedSystem,
    name: string,
    node: number,
  ) {
    super(system.world, name, node);
    this.state = initialState({ ...system.settings, monitor: name });
    this.byName = new Map(system.replicas.map((replica) => [replica.name, replica]));
  }

  override onStart(): void {
    this.state =
      this.life === 1 ? toExperienced(this.state.settings) : initialState(this.state.settings);
    this.sentence = '';
    this.tickedMs = this.nowMs;
    this.jumpedMs = 0;
    this.upsetMs = -Infinity;
    this.links = new Map(
      this.system.replicas.map((replica) => [
        replica.name,
        new StreamLink(this.system, this, replica),
      ]),
    );
    for (const link of this.links.values()) link.connect();
    this.tick();
  }

  /** Its monotonic clock. */
  private get nowMs(): number {
    return this.world.nowMs - this.stoodStillMs;
  }

  /** Sets the wall clock forwards or backwards. */
  jump(ms: number): void {
    this.wallShiftMs += ms;
    this.jumpedMs += ms;
  }

  /** The machine was suspended: the monotonic clock stopped meanwhile, the wall clock did not. */
  standStill(ms: number): void {
    this.stoodStillMs += ms;
    this.jumpedMs += ms;
  }

  /** An operator requests a hand-over. */
  handOver(to: string | null): void {
    this.requests += 1;
    this.dispatch({
      type: 'handover-requested',
      request: { id: this.requests, to, kind: 'planned', reason: 'asked to' },
    });
  }

  dispatch(event: InputBody): void {
    const { world, rules } = this.system;
    const input = Object.assign(event, {
      now: this.nowMs,
      random: world.chance.next(),
    }) as Input;
    const { state, effects, decision } = rules.stepMonitor(this.state, input);
    this.state = state;
    this.noticeUpset(event.type === 'tick');
    if (world.log !== null && decision !== this.sentence) world.log(this.name, decision);
    this.sentence = decision;
    for (const effect of effects) if (effect.type !== 'emit') this.perform(effect);
  }

  /**
   * Independent of local-health.ts: late by the world's clock, or jumped, at the tick that could
   * have shown it.
   */
  private noticeUpset(isTick: boolean): void {
    const { tickMs, doubtMs } = this.system.settings;
    const isLate = this.nowMs - this.tickedMs > tickMs + doubtMs;
    if (isLate || (isTick && Math.abs(this.jumpedMs) > doubtMs)) this.upsetMs = this.world.nowMs;
    if (!isTick) return;
    this.tickedMs = this.nowMs;
    this.jumpedMs = 0;
  }

  private tick(): void {
    for (const link of this.links.values()) link.look();
    this.dispatch({ type: 'tick', wallMs: this.world.nowMs + this.wallShiftMs });
    this.in(this.system.settings.tickMs, () => this.tick());
  }

  private perform(effect: Exclude<Effect, { type: 'emit' }>): void {
    const { leadership } = this.system;
    switch (effect.type) {
      case 'ping':
        return this.ping(effect);
      case 'refresh':
        return this.ask(
          'the states',
          () => ({ ...leadership.admin }),
          (admin) => ({ type: 'admin-read', admin }),
          { type: 'database-failed' },
        );
      case 'read-leadership':
        return this.ask(
          'who leads',
          () => leadership.row,
          (row) => ({ type: 'leadership-read', leadership: row }),
          { type: 'database-failed' },
        );
      case 'vote':
        return this.vote(effect);
      case 'move':
        return this.move(effect);
      case 'push':
        return effect.to.forEach((name) => this.push(name, effect));
      case 'stand-down':
        return this.standDown(effect);
      case 'answer':
        return this.world.log?.(
          this.name,
          `answers the operator: ${effect.outcome.ok ? 'done' : effect.outcome.detail}`,
        );
    }
  }

  private ask<T>(
    what: string,
    run: () => T,
    toInput: (answer: T) => InputBody,
    failed: InputBody,
  ): void {
    this.system.database.ask(
      this,
      STATEMENT_MS,
      what,
      () => ({ value: run() }),
      (answer) => this.dispatch(answer === null ? failed : toInput(answer.value)),
    );
  }

  private vote({ term, candidate, kind, reason }: Of<'vote'>): void {
    this.acts(`votes for ${candidate?.id ?? 'nobody'}, because ${reason}`);
    const change = { monitor: this.name, term, kind, candidate };
    const toInput = (answer: {
      votes: number;
      elected: boolean;
      leadership: State['leadership'];
    }): InputBody => ({ type: 'vote-answered', term, ...answer }) as InputBody;
    this.ask('a vote', () => this.system.leadership.voteAndElect(change), toInput, {
      type: 'vote-failed',
      term,
    });
  }

  private move({ term, candidate, kind }: Of<'move'>): void {
    this.acts(`moves the term to ${candidate.id}`);
    const run = () => this.system.leadership.move({ monitor: this.name, term, kind, candidate });
    this.ask('a move', run, (leadership) => ({ type: 'move-answered', term, leadership }), {
      type: 'move-failed',
      term,
    });
  }

  private acts(what: string): void {
    this.world.log?.(this.name, what);
    this.system.checks.elections.checkAction(
      this.name,
      this.world.nowMs - this.upsetMs,
      this.system.settings.doubtForMs,
    );
  }

  private ping({ replica: name }: Of<'ping'>): void {
    const replica = this.byName.get(name) as SimulatedReplica;
    const { leadership } = this.state;
    const sentAt = this.nowMs;
    this.system.network.call<ReplicaReport>(
      this,
      replica,
      this.system.settings.pingTimeoutMs,
      (exchange) => {
        if (leadership) replica.applyLeadership(leadership, false);
        exchange.reply(replica.report());
      },
      (report, silence) => {
        if (report === null)
          return this.dispatch({ type: 'ping-failed', replica: name, cause: silence, sentAt });
        this.dispatch({ type: 'ping-answered', replica: name, report, sentAt });
        this.links.get(name)?.connect();
      },
    );
  }

  private push(name: string, { leadership }: Of<'push'>): void {
    const replica = this.byName.get(name) as SimulatedReplica;
    const sentAt = this.nowMs;
    this.system.network.call<ReplicaReport>(
      this,
      replica,
      this.system.settings.pingTimeoutMs,
      (exchange) => {
        replica.applyLeadership(leadership, true);
        exchange.reply(replica.report());
      },
      (report) =>
        this.dispatch(
          report
            ? { type: 'push-answered', replica: name, report, sentAt }
            : { type: 'push-failed', replica: name },
        ),
    );
  }

  /** The successor charges waiting payments while the leader finishes. */
  private prepare(leader: SimulatedReplica, name: string, term: number): void {
    const successor = this.byName.get(name) as SimulatedReplica;
    const { pingTimeoutMs } = this.system.settings;
    this.system.network.call<{ inFlight: readonly string[] | null }>(
      this,
      leader,
      pingTimeoutMs,
      (exchange) => leader.listLeft(term, (inFlight) => exchange.reply({ inFlight })),
      (answer) => {
        const inFlight = answer?.inFlight ?? null;
        if (inFlight === null) return;
        this.system.network.call<null>(
          this,
          successor,
          pingTimeoutMs,
          () => successor.prepare(term, inFlight),
          () => undefined,
        );
      },
    );
  }

  private standDown({ replica: name, term, timeoutMs, successor }: Of<'stand-down'>): void {
    const replica = this.byName.get(name) as SimulatedReplica;
    this.acts(`asks ${name} to stand down`);
    if (successor !== null) this.prepare(replica, successor, term);
    this.system.network.call<Pick<StandDownAnswer, 'drained'>>(
      this,
      replica,
      timeoutMs + ANSWER_MARGIN_MS,
      (exchange) => replica.standDown(term, timeoutMs, (drained) => exchange.reply({ drained })),
      (answer) =>
        this.dispatch(
          answer
            ? { type: 'stand-down-answered', term, drained: answer.drained }
            : { type: 'stand-down-failed', term },
        ),
    );
  }
}
