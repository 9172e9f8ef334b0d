/**
 * The rolling restarts of this system: the plan, the one in progress, and the last one. At most one
 * is in progress. Each writes one row into `audit`, directly: the monitors are restarted too.
 */
import { randomUUID } from 'node:crypto';
import type {
  RestartRecord,
  RestartStep,
  StepRecord,
} from '../../shared/contracts/rolling-restart.js';
import { createControl } from '../../shared/balancer/open-control.js';
import { Problem } from '../../shared/errors.js';
import type { AuditEntry } from '../../shared/postgres/audit.js';
import type { System } from '../system.js';
import { OperatorCalls } from './operator-calls.js';
import { performStep } from './perform.js';
import { planRestart, type RestartFacts } from './plan.js';
import { isKeptByOperator, releaseDrains, toStateReason } from './release-drains.js';
import { withDatabase, writeAuditOnce } from './restart-database.js';
import { readRoundState } from './restart-member.js';
import { runRestart, toWaiting } from './runner.js';
import { getLongestPayment } from './wait-until-quiet.js';

export interface RestartsOptions {
  system: System;
  /** Called after each change of a step. */
  onStep?: (step: StepRecord) => void;
  /** Called with an event that an operator must know and that stops nothing. */
  onNotice?: (text: string) => void;
  /** Replaces the performance of a step, for tests. */
  perform?: typeof performStep;
}

export class Restarts {
  /** The current or the last restart; null: none yet. */
  current: RestartRecord | null = null;
  private readonly calls: OperatorCalls;
  private readonly ending = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private starting = false;
  private stopped = false;

  constructor(private readonly options: RestartsOptions) {
    const { balancer, monitors, tokens } = options.system;
    const control = balancer && createControl(balancer.control);
    const urls = monitors.map(({ url }) => url);
    this.calls = new OperatorCalls(urls, tokens.operator, control);
  }

  /** Changes nothing. @throws Problem UNAVAILABLE when no monitor answers. */
  async plan(): Promise<RestartStep[]> {
    const { system } = this.options;
    const status = await this.calls.readStatus();
    if (!status) throw new Problem('UNAVAILABLE', 'No monitor answers, so the leader is unknown');
    const states = await this.calls.readInstances().catch(() => new Map<string, never>());
    const admins = new Map(status.replicas.map(({ id, admin }) => [id, admin]));
    return planRestart({
      instances: system.patients.map(({ name }) => ({ name, admin: states.get(name) ?? null })),
      replicas: system.replicas.map(({ name }) => ({ name, admin: admins.get(name) ?? null })),
      leader: status.partitions[0]?.leader ?? null,
      monitors: system.monitors.map(({ name }) => name),
      gateway: system.gateway?.name ?? null,
      rounds: await this.readRounds(),
      balancer: system.balancer?.name ?? null,
      longestPaymentMs: Math.max(0, ...system.patients.map(getLongestPayment)),
    });
  }

  /** Null: there are no measurement rounds. */
  private async readRounds(): Promise<RestartFacts['rounds']> {
    const { system } = this.options;
    const { measurements } = system;
    if (!measurements) return null;
    const { devices, members } = await readRoundState(system, measurements.url);
    return {
      devices,
      api: measurements.name,
      members: members.map(({ name, role }) => ({ name, leads: role === 'leader' })),
    };
  }

  /** @throws Problem RESTART_IN_PROGRESS, UNAVAILABLE. */
  async start(reason: string, actor = 'operator'): Promise<RestartRecord> {
    if (this.starting || this.current?.state === 'running')
      throw new Problem('RESTART_IN_PROGRESS');
    this.starting = true;
    try {
      await this.releaseDrains();
      const steps = (await this.plan()).map(toWaiting);
      this.stopped = false;
      this.current = {
        id: randomUUID(),
        actor,
        reason,
        state: 'running',
        startedAt: new Date().toISOString(),
        endedAt: null,
        steps,
      };
      this.running = this.run(this.current);
      return this.current;
    } finally {
      this.starting = false;
    }
  }

  /**
   * Sets instances to ready that an earlier rolling restart left out of service. Call it only while
   * none is in progress. Never throws; reports what it did.
   */
  async releaseDrains(): Promise<void> {
    const { system, onNotice } = this.options;
    if (!system.balancer) return;
    try {
      const names = system.patients.map(({ name }) => name);
      const released = await withDatabase(system.databaseUrl, (db) =>
        releaseDrains(db, this.calls, names),
      );
      for (const name of released)
        onNotice?.(`${name} is ready again: a rolling restart had left it out of service`);
    } catch (error) {
      onNotice?.((error as Error).message);
    }
  }

  /** Stops after the current step. No effect when none is in progress. */
  stop(): void {
    this.stopped = true;
  }

  /** The system stops: ends the current step too. Resolves when no process is touched any more. */
  async end(): Promise<void> {
    this.ending.abort();
    await this.running;
  }

  private async run(record: RestartRecord): Promise<void> {
    const { system, onStep, perform = performStep } = this.options;
    const reason = toStateReason(record);
    const isKept = (instance: string): Promise<boolean> =>
      withDatabase(system.databaseUrl, (db) => isKeptByOperator(db, instance, reason));
    const performing = { system, calls: this.calls, reason, isKept };
    await runRestart(record, {
      perform: (step, signal) => perform(performing, step, signal),
      isStopped: () => this.stopped,
      ending: this.ending.signal,
      now: () => new Date(),
      onStep: (step) => onStep?.(step),
      beforeEnd: async (state) => {
        if (!this.ending.signal.aborted) await this.audit({ ...record, state });
      },
    });
  }

  private async audit(record: RestartRecord): Promise<void> {
    const { actor, reason, state, steps, startedAt } = record;
    const failed = steps.find((step) => step.state === 'failed');
    const entry: AuditEntry = {
      actor,
      action: 'rolling restart',
      target: 'system',
      reason,
      outcome: failed ? `${state} at ${failed.name}` : state,
    };
    const { system, onNotice } = this.options;
    const attempts = { since: startedAt, signal: this.ending.signal };
    await writeAuditOnce(system.databaseUrl, entry, attempts).catch((error: unknown) =>
      onNotice?.(`the restart is not in the audit: ${(error as Error).message}`),
    );
  }
}
