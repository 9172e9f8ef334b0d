/**
 * The statements and calls of a term: loads, charges, commits, deferrals. Statements are retried
 * while the database is unavailable, until the term ends.
 */
import { getFirstCall, type Call } from '../../payments/core/attempt.js';
import type { Reply } from '../../payments/core/gateway.js';
import { CalledOff } from '../../payments/core/errors.js';
import type { FinalOutcome } from '../../payments/core/parcel.js';
import type { ParcelPipeline } from '../../payments/core/parcel-pipeline.js';
import type { PipelineTime, WorkEffect } from '../../payments/core/work-effects.js';
import type { RoleState } from '../../payments/core/role.js';
import type { Process } from '../model/process.js';
import type { AttemptResult, SimulatedWrite } from '../model/records.js';
import { TIMES, type SimulatedSystem } from '../system.js';

/** The effect of a kind. */
export type Of<T extends WorkEffect['type']> = Extract<WorkEffect, { type: T }>;

/** The leader of a term. */
export interface LeadingReplica extends Process {
  readonly role: RoleState;
  committed: number;
  /** The fence refused a statement of this term. */
  onRefused(term: number): void;
  announce(outcomes: readonly FinalOutcome[]): void;
  /** Takes the reply of a charge that was begun before the term. @returns false: there is none. */
  takeEarly(id: string, onReply: (reply: Reply) => void): boolean;
}

const isDecision = ({ kind }: Reply): boolean => kind === 'approved' || kind === 'declined';

const LOAD_MAX = 1_000;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 250;

export class TermStatements {
  private hung = false;

  constructor(
    private readonly system: SimulatedSystem,
    private readonly replica: LeadingReplica,
    private readonly term: number,
    private readonly line: ParcelPipeline,
    private readonly hasEnded: () => boolean,
    private readonly at: () => PipelineTime,
    private readonly feed: (effects: readonly WorkEffect[]) => void,
  ) {}

  /** From now on no statement gets an answer. */
  hang(): void {
    this.hung = true;
  }

  /**
   * Retries a statement while the database is unavailable. @param off called when the term ended
   * before the answer.
   */
  private retryStatement<T>(
    what: string,
    run: () => T,
    settle: (answer: T) => void,
    off: () => void,
    waitMs = FIRST_WAIT_MS,
  ): void {
    if (this.hasEnded()) return off();
    if (this.hung) return;
    this.system.database.ask(this.replica, TIMES.statementMs, what, run, (answer) => {
      if (answer !== null) return settle(answer);
      this.replica.in(waitMs, () =>
        this.retryStatement(what, run, settle, off, Math.min(waitMs * 2, LONGEST_WAIT_MS)),
      );
    });
  }

  load({ work, ids, afterSeq }: Of<'load'>): void {
    const { payments } = this.system;
    this.retryStatement(
      'a load',
      () => payments.load({ partition: 0, ids, limit: LOAD_MAX, afterSeq }),
      (rows) => this.feed(this.line.onLoaded(work, rows, this.at())),
      () => this.feed(this.line.onFailed(work, new CalledOff(), this.at())),
    );
  }

  charge(effect: Of<'charge'>): void {
    const cancelling = effect.payment.cancelRequested;
    this.system.checks.payments.charges(effect.payment.id, this.term);
    const call = getFirstCall({ cancelling });
    const onReply = (reply: Reply): void => {
      if (this.hasEnded()) return;
      if (isDecision(reply)) this.onReply(effect, call, reply);
      else this.ask(effect, call, true);
    };
    const isEarly = call.ask === 'charge' && this.replica.takeEarly(effect.payment.id, onReply);
    if (!isEarly) this.ask(effect, call, true);
  }

  private ask(effect: Of<'charge'>, call: Call, isFirst: boolean): void {
    const { gateway, rules, checks, world } = this.system;
    const { id, attempts, kind = 'charge' } = effect.payment;
    checks.roles.starts(this.replica.role, this.term, `a ${call.ask} of ${id}`);
    world.log?.(this.replica.name, `asks the gateway: ${call.ask} ${id}`);
    const key = rules.gatewayKey(id, attempts, this.term, kind);
    gateway.call(this.replica, { ask: call.ask, key, payment: id, isFirst }, (reply) => {
      if (!this.hasEnded()) this.onReply(effect, call, reply);
    });
  }

  private onReply(effect: Of<'charge'>, call: Call, reply: Reply): void {
    const { rules, world } = this.system;
    const { work, index, payment, last } = effect;
    const cancelling = payment.cancelRequested;
    const step = rules.afterReply(call, reply, { last, cancelling });
    if ('call' in step) return this.ask(effect, step.call, false);
    world.log?.(this.replica.name, `${payment.id}: ${step.answer.kind}`);
    this.feed(this.line.onAnswered(work, index, step.answer, this.at()));
  }

  commit(outcomes: Of<'commit'>['outcomes']): void {
    const { payments, checks, world, rules } = this.system;
    const token = { partition: 0, term: this.term, leader: this.replica.name };
    const off = (): void => this.feed(this.line.onStatementFailed(new CalledOff()));
    checks.roles.starts(this.replica.role, this.term, 'a commit');
    world.log?.(
      this.replica.name,
      `commits ${outcomes.map(({ id, status }) => `${id} ${status}`).join(', ')} in term ${this.term}`,
    );
    const attempt = (isFenced: boolean) =>
      payments.attempt(token, outcomes, () => payments.commit(token, outcomes, isFenced));
    const settle = (attempted: AttemptResult): void =>
      this.onAnswer(attempted, (written) => this.onCommitted(written));
    const write = (isFenced: boolean): void =>
      this.retryStatement('a commit', () => attempt(isFenced), settle, off);
    if (rules.fencesInOneStatement) write(true);
    else
      this.retryStatement(
        'a check of the fence',
        () => payments.holds(token),
        (holds) => write(!holds),
        off,
      );
  }

  private onAnswer(attempted: AttemptResult, settle: (written: SimulatedWrite) => void): void {
    if ('written' in attempted) return settle(attempted.written);
    const { line } = this;
    this.feed(
      'locked' in attempted
        ? line.onLocked(attempted.locked, this.at())
        : line.onRejected(attempted.refused, this.at()),
    );
  }

  private onCommitted(result: SimulatedWrite): void {
    this.noteRefusal(result);
    this.replica.committed += result.ids.length;
    this.feed(this.line.onCommitted(result, this.at()));
  }

  private noteRefusal({ held }: SimulatedWrite): void {
    if (held) return;
    this.system.world.log?.(this.replica.name, `was refused: term ${this.term} is over`);
    this.system.checks.roles.wasRefused(this.replica.role, this.term);
  }

  defer(waits: Of<'defer'>['waits']): void {
    const { payments, checks, world } = this.system;
    const token = { partition: 0, term: this.term, leader: this.replica.name };
    checks.roles.starts(this.replica.role, this.term, 'a delay');
    world.log?.(
      this.replica.name,
      `defers ${waits.map(({ id, waitMs }) => `${id} for ${Math.round(waitMs)} ms`).join(', ')}`,
    );
    this.retryStatement(
      'a delay',
      () => payments.attempt(token, waits, () => payments.defer(token, waits)),
      (attempted) =>
        this.onAnswer(attempted, (written) => {
          this.noteRefusal(written);
          this.feed(this.line.onDeferred(written, this.at()));
        }),
      () => this.feed(this.line.onStatementFailed(new CalledOff())),
    );
  }
}
