/**
 * The loop of a device: reads the ensemble, lets the core decide one step, carries it out, and
 * begins again. When there is nothing to do, it waits for a change or for the time that the core
 * named.
 */
import type { Logger } from '../../shared/observability/logger.js';
import type { ConnectionState, ZooKeeper } from '../../shared/zookeeper/client.js';
import { isUnanswered, ZooKeeperError } from '../../shared/zookeeper/errors.js';
import { applyResult, beginSession, createState, noteOpening } from '../core/apply.js';
import { decideStep } from '../core/decide.js';
import { mayAct } from '../core/own-clock.js';
import type { DeviceState, RoundStep } from '../core/types.js';
import { deviceLeads, periodSeconds } from './metrics.js';
import { readView, type RoundSettings } from './read-view.js';
import type { StepRunner } from './step-runner.js';

export interface DeviceOptions {
  id: string;
  zk: ZooKeeper;
  steps: StepRunner;
  logger: Logger;
  /** Apply while a setting does not exist. */
  defaults: RoundSettings;
  apiHosts: readonly string[];
  /** False, for experiments: does not judge by its own clock. */
  ownClock: boolean;
}

/** Pause after a failure, in ms. */
const PAUSE_MS = 100;
/** Longest time without a reading, in ms: a watch that was lost delays the device by this much. */
const IDLE_MS = 5_000;

/** StepRunner that only a leader may take, and only while its session certainly lives. */
const AS_LEADER: ReadonlySet<RoundStep['kind']> = new Set(['announce', 'open', 'send', 'finish']);

export class Device {
  private state: DeviceState;
  private settings: RoundSettings;
  private session = 0;
  private leading: number | null = null;
  private problems = '';
  private stopped = false;
  private changed = false;
  private wake: (() => void) | undefined;

  constructor(private readonly options: DeviceOptions) {
    this.state = createState(options.id);
    this.settings = options.defaults;
  }

  get isCandidate(): boolean {
    return this.state.candidate !== null && this.options.zk.state === 'connected';
  }

  /** Whether the session in which the device decided certainly lives. */
  mayAct(): boolean {
    const { zk, ownClock } = this.options;
    const { silentMs, sessionTimeoutMs } = zk;
    const isConnected = zk.state === 'connected' && zk.session === this.session;
    return !ownClock || mayAct({ isConnected, silentMs, sessionTimeoutMs });
  }

  /** The ensemble may have changed. A stable function: the library registers it once per watch. */
  readonly onChange = (): void => {
    this.changed = true;
    this.wake?.();
  };

  onConnection(state: ConnectionState): void {
    if (state !== 'connected') this.noteLeading(null, `the connection is ${state}`);
    this.onChange();
  }

  async run(): Promise<void> {
    while (!this.stopped) {
      this.changed = false;
      const untilMs = await this.turn();
      await this.pause(untilMs - performance.now());
    }
  }

  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  /** One step. @returns the time of the next one, unless something changes before. */
  private async turn(): Promise<number> {
    const { zk, logger } = this.options;
    const idleMs = performance.now() + IDLE_MS;
    if (zk.state !== 'connected') return idleMs;
    if (zk.session !== this.session) {
      this.session = zk.session;
      this.state = beginSession(this.state);
    }
    try {
      const step = await this.decide();
      if (step.kind === 'wait') return Math.min(step.untilMs ?? idleMs, idleMs);
      if (AS_LEADER.has(step.kind) && !this.mayAct()) return performance.now() + PAUSE_MS;
      const result = await this.options.steps.perform(step, this.state, this.settings.apiUrl);
      this.state = applyResult(this.state, result, performance.now());
      this.noteCandidate();
      return 0;
    } catch (error) {
      if (!(error instanceof ZooKeeperError))
        logger.error({ err: error }, 'a step failed; retrying');
      else if (!isUnanswered(error)) logger.warn({ err: error }, 'ZooKeeper refused; retrying');
      return performance.now() + PAUSE_MS;
    }
  }

  private async decide(): Promise<RoundStep> {
    const { zk, defaults, apiHosts } = this.options;
    const { onChange, settings: latest } = this;
    const reading = await readView({ zk, onChange, defaults, latest, apiHosts });
    this.settings = reading.settings;
    periodSeconds.set(reading.settings.periodMs / 1_000);
    this.noteProblems(reading.problems);
    const now = performance.now();
    this.state = noteOpening(this.state, reading.view, now);
    const step = decideStep(reading.view, this.state, now);
    if (step.kind === 'stand' && this.state.candidate)
      this.noteLeading(null, 'its candidate was removed');
    return step;
  }

  private noteProblems(problems: readonly string[]): void {
    const text = problems.join('; ');
    if (text !== '' && text !== this.problems)
      this.options.logger.warn({ problems }, 'data in ZooKeeper were ignored');
    this.problems = text;
  }

  private noteCandidate(): void {
    const { candidate, announced, isOutdated } = this.state;
    const leads = candidate !== null && announced === candidate.epoch && !isOutdated;
    this.noteLeading(leads ? candidate.epoch : null, 'the API knows a later epoch');
  }

  private noteLeading(epoch: number | null, reason: string): void {
    if (epoch === this.leading) return;
    if (epoch === null)
      this.options.logger.info({ epoch: this.leading, reason }, 'no longer leads');
    else this.options.logger.info({ epoch }, 'leads');
    this.leading = epoch;
    deviceLeads.set(epoch === null ? 0 : 1);
  }

  private async pause(ms: number): Promise<void> {
    if (ms <= 0 || this.changed || this.stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }
}
