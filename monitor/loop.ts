/**
 * Runs the pure failover machine: inputs → step → effects. Only this file performs effects, and it
 * has the only timer. It dispatches every input on arrival, so from the death of a leader to the
 * push of the next leadership no step waits for a tick. Calls to other processes start before the
 * log is written. Every call ends, and every result returns as an input.
 */
import type { Clock } from '../shared/clock.js';
import type {
  Leadership,
  ReplicaReport,
  StandDownAnswer,
  StreamLine,
} from '../shared/contracts/leadership.js';
import type { MonitorEvent } from './core/events.js';
import { initialState, step } from './core/failover.js';
import type { InputBody } from './core/inputs.js';
import type { Effect, HandoverOutcome } from './core/effects.js';
import type { HandoverRequest, Settings, State } from './core/types.js';
import type { AdminRow } from './cluster/admin-table.js';
import type { LeadershipStore } from './cluster/leadership-store.js';
import { toFailure, type ReplicaClient } from './cluster/replica-client.js';
import type { StreamListener } from './cluster/replica-stream.js';

export interface Stream {
  connect(): void;
  stop(): void;
}

export interface LoopOptions {
  settings: Settings;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  store: Pick<LeadershipStore, 'read' | 'voteAndElect' | 'move' | 'adminStates'>;
  replicas: Pick<ReplicaClient, 'ping' | 'push' | 'standDown' | 'prepare'>;
  openStream: (replica: string, listener: StreamListener) => Stream;
  /** Polls the other monitors. Never rejects. */
  askPeers: () => Promise<void>;
  announce: (event: MonitorEvent) => void;
  /** Called when a call to the database fails. The machine continues without it. */
  onDatabaseError: (error: unknown) => void;
  /** Called after every tick, for the gauges. */
  onTick: (state: State) => void;
  /** Called when the decision sentence changes. */
  onDecision: (decision: string) => void;
  /** Called when an invariant is broken: the monitor must end. */
  onFatal: (error: unknown) => void;
}

export class MonitorLoop {
  private current: State;
  private sentence = '';
  private admins: readonly AdminRow[] = [];
  private readonly streams = new Map<string, Stream>();
  private readonly waiting = new Map<number, (outcome: HandoverOutcome) => void>();
  private lastId = 0;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(private readonly options: LoopOptions) {
    this.current = initialState(options.settings);
  }

  get state(): State {
    return this.current;
  }

  get decision(): string {
    return this.sentence;
  }

  /** The administrative states from the last read. */
  get adminRows(): readonly AdminRow[] {
    return this.admins;
  }

  start(): void {
    const { settings, clock, openStream } = this.options;
    const tick = (): void => {
      this.dispatch({ type: 'tick', wallMs: clock.wall().getTime() });
      this.options.onTick(this.current);
    };
    for (const replica of settings.replicas) {
      const stream = openStream(replica, this.makeListener(replica));
      this.streams.set(replica, stream);
      stream.connect();
    }
    tick();
    this.timer = setInterval(tick, settings.tickMs);
  }

  /**
   * Stops the loop, and notifies callers that wait for a hand-over that this monitor will not carry
   * it out.
   */
  stop(): void {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    for (const stream of this.streams.values()) stream.stop();
    const detail = 'This monitor is shutting down';
    for (const resolve of this.waiting.values())
      resolve({ ok: false, code: 'UNAVAILABLE', detail });
    this.waiting.clear();
  }

  /** Requests a planned hand-over. Resolves with its outcome. Never rejects. */
  handOver(request: Omit<HandoverRequest, 'id' | 'kind'>): Promise<HandoverOutcome> {
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.dispatch({ type: 'handover-requested', request: { ...request, id, kind: 'planned' } });
    });
  }

  /** Reads the administrative states now. */
  async refreshAdmin(): Promise<void> {
    await this.ask(this.options.store.adminStates(), (rows) => {
      this.admins = rows;
      return {
        type: 'admin-read',
        admin: Object.fromEntries(rows.map(({ id, admin }) => [id, admin])),
      };
    });
  }

  dispatch(event: InputBody): void {
    if (this.stopped) return;
    const { clock, random } = this.options;
    try {
      const { state, effects, decision } = step(this.current, {
        ...event,
        now: clock.now(),
        random: random(),
      });
      this.current = state;
      for (const effect of effects) if (effect.type !== 'emit') this.perform(effect);
      for (const effect of effects) if (effect.type === 'emit') this.options.announce(effect.event);
      this.decide(decision);
    } catch (error) {
      this.options.onFatal(error);
    }
  }

  private decide(decision: string): void {
    if (decision === this.sentence) return;
    this.sentence = decision;
    this.options.onDecision(decision);
  }

  private perform(effect: Exclude<Effect, { type: 'emit' }>): void {
    switch (effect.type) {
      case 'ping':
        return void this.ping(effect.replica, effect.onNewConnection);
      case 'refresh':
        void this.options.askPeers();
        return void this.refreshAdmin();
      case 'read-leadership':
        return void this.ask(this.options.store.read(), (leadership) => ({
          type: 'leadership-read',
          leadership,
        }));
      case 'vote':
        return void this.vote(effect);
      case 'move':
        return void this.move(effect);
      case 'push':
        return this.push(effect.leadership, effect.to);
      case 'stand-down':
        return void this.standDown(effect);
      case 'answer':
        this.waiting.get(effect.id)?.(effect.outcome);
        this.waiting.delete(effect.id);
    }
  }

  /**
   * Awaits a call to the database and dispatches the result. A failure becomes the input `failed`.
   */
  private async ask<T>(
    call: Promise<T>,
    toInput: (answer: T) => InputBody,
    failed: InputBody = { type: 'database-failed' },
  ): Promise<void> {
    let input: InputBody;
    try {
      input = toInput(await call);
    } catch (error) {
      this.options.onDatabaseError(error);
      input = failed;
    }
    this.dispatch(input);
  }

  private vote({ type: _type, ...change }: Extract<Effect, { type: 'vote' }>): Promise<void> {
    const { term } = change;
    return this.ask(
      this.options.store.voteAndElect(change),
      ({ votes, elected, leadership }) => ({
        type: 'vote-answered',
        term,
        votes,
        elected,
        leadership,
      }),
      { type: 'vote-failed', term },
    );
  }

  private move({ type: _type, ...change }: Extract<Effect, { type: 'move' }>): Promise<void> {
    const { term } = change;
    return this.ask(
      this.options.store.move(change),
      (leadership) => ({ type: 'move-answered', term, leadership }),
      { type: 'move-failed', term },
    );
  }

  private async ping(replica: string, onNewConnection: boolean): Promise<void> {
    const { settings, clock, replicas } = this.options;
    const { leadership } = this.current;
    const sentAt = clock.now();
    const request = { monitor: settings.monitor, leaderships: leadership ? [leadership] : [] };
    const answer = await replicas
      .ping(replica, request, onNewConnection)
      .catch((error: unknown) => toFailure(error));
    if (typeof answer === 'string')
      return this.dispatch({ type: 'ping-failed', replica, cause: answer, sentAt });
    this.dispatch({ type: 'ping-answered', replica, report: answer, sentAt });
    this.streams.get(replica)?.connect();
  }

  /**
   * Notifies the new leader at once and the others one turn of the event loop later: only the
   * leader has to start work.
   */
  private push(leadership: Leadership, [leader, ...others]: readonly string[]): void {
    if (leader !== undefined) void this.pushTo(leader, leadership);
    if (others.length > 0)
      setImmediate(() => others.forEach((replica) => void this.pushTo(replica, leadership)));
  }

  private async pushTo(replica: string, leadership: Leadership): Promise<void> {
    const sentAt = this.options.clock.now();
    const report: ReplicaReport | null = await this.options.replicas
      .push(replica, leadership)
      .catch(() => null);
    this.dispatch(
      report
        ? { type: 'push-answered', replica, report, sentAt }
        : { type: 'push-failed', replica },
    );
  }

  private async standDown({
    replica,
    term,
    timeoutMs,
    successor,
  }: Extract<Effect, { type: 'stand-down' }>): Promise<void> {
    const { settings, replicas } = this.options;
    const standing: Promise<StandDownAnswer | null> = replicas
      .standDown(replica, settings.partition, term, timeoutMs)
      .catch(() => null);
    if (successor !== null) this.prepare({ leader: replica, successor }, term);
    const answer = await standing;
    this.dispatch(
      answer
        ? { type: 'stand-down-answered', term, drained: answer.drained }
        : { type: 'stand-down-failed', term },
    );
  }

  /** When it fails, the successor charges as soon as it leads. */
  private prepare(pair: { leader: string; successor: string }, term: number): void {
    const { settings, replicas } = this.options;
    replicas.prepare(pair, settings.partition, term).catch(() => undefined);
  }

  private makeListener(replica: string): StreamListener {
    return {
      opened: () => this.dispatch({ type: 'stream-opened', replica }),
      closed: () => this.dispatch({ type: 'stream-closed', replica }),
      line: ({ type, report }: StreamLine) => this.dispatch({ type, replica, report }),
    };
  }
}
