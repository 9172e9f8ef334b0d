/**
 * The charges of a successor before its term begins: payments/early-work.ts and
 * payments/gateway/early-charges.ts without promises.
 */
import type { Reply } from '../../payments/core/gateway.js';
import type { RoleState } from '../../payments/core/role.js';
import type { PendingPayment } from '../../shared/postgres/ledger.js';
import type { Process } from '../model/process.js';
import type { QueueJob } from '../model/records.js';
import { TIMES, type SimulatedSystem } from '../system.js';

const LOAD_MAX = 1_000;

type OnReply = (reply: Reply) => void;

/** One early charge: its reply, and the term that waits for it. */
interface Begun {
  reply: Reply | null;
  waiting: OnReply | null;
}

/** One preparation for one term. */
interface Preparation {
  readonly term: number;
  readonly inFlight: ReadonlySet<string>;
  readonly sinceMs: number;
  readonly seen: Set<number>;
  readonly queued: Set<string>;
}

export interface Preparing extends Process {
  readonly role: RoleState;
}

export class SimulatedEarly {
  private current: Preparation | null = null;
  private readonly begun = new Map<string, Begun>();

  constructor(
    private readonly system: SimulatedSystem,
    private readonly replica: Preparing,
  ) {}

  begin(term: number, inFlight: readonly string[]): void {
    this.drop();
    const sinceMs = this.system.world.nowMs;
    this.current = {
      term,
      inFlight: new Set(inFlight),
      sinceMs,
      seen: new Set(),
      queued: new Set(),
    };
    this.look(this.current);
  }

  stop(): void {
    this.current = null;
  }

  drop(): void {
    this.stop();
    this.begun.clear();
  }

  /** @returns false: this charge was not begun early. */
  take(id: string, onReply: OnReply): boolean {
    const begun = this.begun.get(id);
    this.begun.delete(id);
    if (!begun) return false;
    if (begun.reply) onReply(begun.reply);
    else begun.waiting = onReply;
    return true;
  }

  private look(preparation: Preparation): void {
    if (this.current !== preparation) return;
    const { queue, world } = this.system;
    if (world.nowMs > preparation.sinceMs + TIMES.earlyMs) return this.stop();
    queue.peek(this.replica, TIMES.concurrency, (jobs) => this.load(preparation, jobs));
  }

  private load(preparation: Preparation, jobs: readonly QueueJob[] | null): void {
    const { database, payments } = this.system;
    const again = (): void => {
      this.replica.in(TIMES.earlyPauseMs, () => this.look(preparation));
    };
    const fresh = (jobs ?? []).filter(({ id }) => !preparation.seen.has(id));
    for (const { id } of fresh) preparation.seen.add(id);
    const ids = fresh.flatMap(({ data }) => data.ids);
    for (const id of ids) preparation.queued.add(id);
    if (ids.length === 0) return again();
    database.ask(
      this.replica,
      TIMES.statementMs,
      'an early load',
      () => payments.load({ partition: 0, ids, limit: LOAD_MAX, afterSeq: new Map() }),
      (rows) => {
        if (this.current !== preparation) return;
        this.charge(preparation, rows ?? []);
        again();
      },
    );
  }

  private charge(preparation: Preparation, rows: readonly PendingPayment[]): void {
    const { rules, checks } = this.system;
    const { term, inFlight, queued, sinceMs } = preparation;
    for (const payment of rules.selectEarly(rows, queued, inFlight)) {
      if (this.begun.has(payment.id)) continue;
      checks.payments.chargesEarly(payment.id, term, sinceMs);
      this.ask(payment, term);
    }
  }

  private ask({ id, attempts, kind = 'charge' }: PendingPayment, term: number): void {
    const { gateway, rules, world } = this.system;
    const begun: Begun = { reply: null, waiting: null };
    this.begun.set(id, begun);
    world.log?.(this.replica.name, `charges ${id} before its term`);
    const key = rules.gatewayKey(id, attempts, term, kind);
    gateway.call(this.replica, { ask: 'charge', key, payment: id, isFirst: true }, (reply) => {
      begun.reply = reply;
      if (rules.commitsEarly && reply.kind === 'approved') this.commit(id, term);
      begun.waiting?.(reply);
    });
  }

  /** Only a mutant does this. */
  private commit(id: string, term: number): void {
    const { checks, payments, database } = this.system;
    const token = { partition: 0, term, leader: this.replica.name };
    checks.roles.starts(this.replica.role, term, 'a commit');
    const outcome = { id, status: 'SUCCEEDED' as const, attempts: 1, reason: null };
    database.ask(
      this.replica,
      TIMES.statementMs,
      'an early commit',
      () => payments.commit(token, [{ ...outcome, gatewayReference: id }], true),
      () => undefined,
    );
  }
}
