/**
 * A simulated device: the production core, its loop, and models of the edges in
 * measurements/device. A pause may lie between a decision and its execution, in which the device
 * may freeze.
 */
import {
  applyResult,
  beginSession,
  createState,
  noteOpening,
} from '../../measurements/core/apply.js';
import { decideStep } from '../../measurements/core/decide.js';
import { mayAct } from '../../measurements/core/own-clock.js';
import type {
  DeviceState,
  Mean,
  RoundStep,
  RoundView,
  StepResult,
} from '../../measurements/core/types.js';
import { toFinish, toOpening } from '../../measurements/device/leader-writes.js';
import { sortCandidates } from '../../shared/zookeeper/election.js';
import type { NodeOperation } from '../../shared/zookeeper/transaction.js';
import { Process } from '../model/process.js';
import type { SimulatedEvent } from '../model/world.js';
import { EnsembleLink } from './ensemble-link.js';
import type { RoundSystem } from './round-system.js';
import { Reader } from './view-reader.js';

/** Session time-out and time limit of a call to the API, in virtual ms. */
export const SESSION_MS = 400;
const CALL_MS = 200;
const PAUSE_MS = 30;
const IDLE_MS = 1_000;
/** Usual and rare longest pause between a decision and its execution, in ms. */
const GAP_MS = 4;
const LONG_GAP_MS = 280;
const LONG_GAP_SHARE = 0.04;
/** Share of measurements that fail because the replica does not answer. */
const NOT_MEASURED = 0.03;

const AS_LEADER: ReadonlySet<RoundStep['kind']> = new Set(['announce', 'open', 'send', 'finish']);
type Acting = Exclude<RoundStep, { kind: 'wait' }>;
type OnResult = (result: StepResult | null) => void;

export class DeviceProcess extends Process {
  private state!: DeviceState;
  private link!: EnsembleLink;
  private reader!: Reader;
  /** The session of `state`. */
  private session: number | null = null;
  private guid = '';
  private isBusy = false;
  private hasChanged = false;
  private timer: SimulatedEvent | null = null;

  constructor(
    private readonly system: RoundSystem,
    name: string,
    node: number,
  ) {
    super(system.world, name, node);
  }

  override onStart(): void {
    const { network, ensemble, rules } = this.system;
    this.state = createState(this.name);
    this.session = null;
    this.isBusy = false;
    this.link = new EnsembleLink({
      device: this,
      network,
      ensemble,
      timeoutMs: SESSION_MS,
      renewsSession: rules.renewsSession,
      onChange: () => this.onChange(),
    });
    this.reader = new Reader(this.link, this.system);
    this.link.start();
  }

  private onChange(): void {
    this.hasChanged = true;
    this.turn();
  }

  private later(ms: number): void {
    this.isBusy = false;
    if (this.timer) this.timer.run = null;
    if (this.hasChanged) this.in(0, () => this.turn());
    else this.timer = this.in(ms, () => this.turn());
  }

  private turn(): void {
    const { link } = this;
    if (this.isBusy || !link.isConnected) return;
    this.isBusy = true;
    this.hasChanged = false;
    if (link.session !== this.session) {
      this.session = link.session;
      this.state = beginSession(this.state);
      this.guid = `g${this.world.number()}`;
    }
    this.reader.read((view) => {
      if (view === null) return this.later(PAUSE_MS);
      this.decide(view);
    });
  }

  private decide(view: RoundView): void {
    const { nowMs } = this.world;
    this.state = noteOpening(this.state, view, nowMs);
    const step = decideStep(view, this.toKnown(), nowMs);
    if (step.kind === 'wait')
      return this.later(Math.min((step.untilMs ?? nowMs + IDLE_MS) - nowMs, IDLE_MS));
    const { chance } = this.world;
    const gapMs = chance.occurs(LONG_GAP_SHARE) ? LONG_GAP_MS : GAP_MS;
    this.in(chance.below(gapMs), () => this.act(step));
  }

  /** The memory of the device; with a planted bug, it forgets the mean that it sent. */
  private toKnown(): DeviceState {
    return this.system.rules.keepsMean ? this.state : { ...this.state, kept: null };
  }

  private act(step: Acting): void {
    if (AS_LEADER.has(step.kind)) {
      if (!this.mayAct()) return this.later(PAUSE_MS);
      const isAlive = this.session !== null && this.system.ensemble.isAlive(this.session);
      this.system.checks.onActing(this.name, step.kind, isAlive);
    }
    this.perform(step, (result) => {
      if (result === null) return this.later(PAUSE_MS);
      this.state = applyResult(this.state, result, this.world.nowMs);
      this.isBusy = false;
      this.turn();
    });
  }

  private mayAct(): boolean {
    const { link, system } = this;
    if (!system.rules.ownClock) return true;
    const { isConnected, silentMs } = link;
    return (
      link.session === this.session &&
      mayAct({ isConnected, silentMs, sessionTimeoutMs: SESSION_MS })
    );
  }

  private perform(step: Acting, onResult: OnResult): void {
    switch (step.kind) {
      case 'stand':
        return this.stand(onResult);
      case 'announce':
        return this.announce(step.epoch, onResult);
      case 'open':
        return this.open(step, onResult);
      case 'measure':
        return this.measure(step.round, onResult);
      case 'send':
        return this.send(step.mean, onResult);
      case 'miss':
        return onResult({ step: 'miss', round: step.round });
      case 'finish':
        return this.finish(step, onResult);
      case 'resign':
        return this.link.write([{ kind: 'remove', path: this.candidatePath() }], (answer) =>
          onResult(answer && { step: 'resign', done: true }),
        );
    }
  }

  private candidatePath(): string {
    return `/election/${this.state.candidate?.node}`;
  }

  private stand(onResult: OnResult): void {
    const { link, guid, system } = this;
    link.readChildren('/election', (nodes) => {
      if (nodes === null || guid !== this.guid) return onResult(null);
      const own = sortCandidates(nodes).find((node) => node.includes(`-${guid}-`));
      if (own && system.rules.findsOwnCandidate) return this.readEpoch(own, onResult);
      const path = `/election/${this.name}-${guid}-`;
      link.write([{ kind: 'create', path, text: '', mode: 'ephemeral-sequential' }], (answer) => {
        if (answer === null || answer === 'refused') return onResult(null);
        this.readEpoch(answer.path.slice('/election/'.length), onResult);
      });
    });
  }

  private readEpoch(node: string, onResult: OnResult): void {
    this.link.readNode(`/election/${node}`, (found) => {
      if (!found) return onResult(null);
      this.guid = `g${this.world.number()}`;
      onResult({ step: 'stand', candidate: { node, epoch: found.czxid } });
    });
  }

  private announce(epoch: number, onResult: OnResult): void {
    const { api, rules } = this.system;
    api.ask(
      this,
      CALL_MS,
      'epoch',
      () => api.announce(epoch),
      (result) => {
        if (rules.announcesFirst) onResult({ step: 'announce', result: result ?? 'failed' });
      },
    );
    if (!rules.announcesFirst) onResult({ step: 'announce', result: 'confirmed' });
  }

  private send(mean: Mean, onResult: OnResult): void {
    const { api, checks } = this.system;
    checks.onSent(this.name, mean);
    api.ask(
      this,
      CALL_MS,
      'mean',
      () => api.keepMean(mean),
      (result) => onResult({ step: 'send', mean, result: result ?? 'failed' }),
    );
  }

  private measure(round: number, onResult: OnResult): void {
    const { chance } = this.world;
    if (chance.occurs(NOT_MEASURED)) return onResult({ step: 'measure', round, done: true });
    const ms = chance.below(100_000) / 1_000;
    this.system.checks.onMeasured(this.name, round, ms);
    const path = `/mediciones/${this.name}`;
    const text = JSON.stringify({ round, ms });
    const create: NodeOperation = { kind: 'create', path, text, mode: 'ephemeral' };
    const done = (answer: unknown): void =>
      onResult(answer === null ? null : { step: 'measure', round, done: answer !== 'refused' });
    this.link.write([{ kind: 'remove', path }, create], (answer) =>
      answer === 'refused' ? this.link.write([create], done) : done(answer),
    );
  }

  private open(step: Extract<RoundStep, { kind: 'open' }>, onResult: OnResult): void {
    const { ensemble, checks } = this.system;
    const path = this.candidatePath();
    this.commit(
      toOpening(this.state.candidate?.node ?? '', step, ''),
      (done) => onResult(done === null ? null : { step: 'open', done }),
      () => {
        this.world.log?.(this.name, `opens round ${step.round}, epoch ${step.epoch}`);
        checks.onOpened(this.name, step.round, step.epoch, ensemble.tree.has(path));
      },
    );
  }

  private finish(step: Extract<RoundStep, { kind: 'finish' }>, onResult: OnResult): void {
    const { ensemble, checks } = this.system;
    const path = this.candidatePath();
    this.commit(
      toFinish(this.state.candidate?.node ?? '', step),
      (done) => onResult(done === null ? null : { step: 'finish', done }),
      () => {
        const before = Number(ensemble.tree.get('/counter')?.text);
        this.world.log?.(this.name, `finishes round ${step.round}`);
        checks.onCounted(this.name, before, step.round, ensemble.tree.has(path));
      },
    );
  }

  private commit(
    operations: readonly NodeOperation[],
    onResult: (done: boolean | null) => void,
    beforeCommit: () => void,
  ): void {
    const { rules } = this.system;
    const guarded = operations
      .filter(({ kind }) => kind !== 'exists' || rules.checksCandidate)
      .map((each) =>
        'version' in each && !rules.versionsCounter ? { ...each, version: -1 } : each,
      );
    this.link.write(guarded, (answer) => onResult(answer && answer !== 'refused'), beforeCommit);
  }
}
