/**
 * The story of a parcel: load → charge → wait for its turn → commit under the fence → tell those who wait.
 *
 * Parcels overlap while they are charged and pass the turnstile in order, so that commits keep the order of acceptance (I7). Those that
 * pass while a commit is under way are committed together. Whatever
 * interrupts it, the payments stay pending in PostgreSQL and are brought again; a second charge call has the same key (I6).
 */
import type { Clock } from '../shared/clock.js';
import type { OutcomeEvent } from '../shared/contracts/outcome.js';
import { loadParcel, type CommitResult, type FencingToken, type PendingPayment } from '../shared/ledger.js';
import type { Logger } from '../shared/logger.js';
import type { Pool } from '../shared/postgres.js';
import { PARCEL_MAX, type Parcel } from '../shared/queue.js';
import type { Random } from '../shared/random.js';
import { CommitLane } from './commit-lane.js';
import { InFlight } from './core/in-flight.js';
import { planParcel, settleParcel, type Answer, type Blocked, type FinalOutcome, type ParcelPlan } from './core/parcel.js';
import { isLastAttempt, type RetryPolicy } from './core/retry.js';
import { chargeSafely } from './gateway/charge-safely.js';
import type { Gateway } from './gateway/port.js';
import { parcelSeconds, parcelSize, paymentsCompleted } from './metrics.js';
import { steadfast } from './steadfast.js';
import { Turnstile, type Ticket } from './turnstile.js';

/** Earlier payments of its patients that one parcel may bring along, at the most. */
const LOAD_MAX = PARCEL_MAX * 5;

export interface TermDependencies {
  /** Loads go over one connection and commits over another, so that each keeps its order. */
  loads: Pool;
  commits: Pool;
  gateway: Gateway;
  clock: Clock;
  random: Random;
  policy: RetryPolicy;
  logger: Logger;
  publish(event: OutcomeEvent): void;
  /** A payment is due again in `ms`. */
  wakeIn(ms: number): void;
  onCommit(result: CommitResult): void;
}

interface Claim {
  plan: ParcelPlan<PendingPayment>;
  ticket: Ticket;
  lastSeq: number;
}

/** What one term knows about its parcels; thrown away with it. */
export class TermWork {
  readonly inFlight = new InFlight();
  /** Loads follow one another: each knows what the one before has claimed. */
  private loading: Promise<unknown> = Promise.resolve();
  parcelsInFlight = 0;
  /** The newest payment (`seq`) that was settled: what is older and still pending was passed over. */
  passedSeq = 0;
  /** When something was last finished, monotonic ms. */
  progressMs: number;
  private blocked: Blocked = new Map();
  private readonly whenIdle: (() => void)[] = [];
  private readonly turnstile = new Turnstile();
  private readonly lane: CommitLane;

  constructor(
    private readonly token: FencingToken,
    private readonly deps: TermDependencies,
    /** Fires when the term is over or merely uncertain. */
    private readonly signal: AbortSignal,
  ) {
    this.progressMs = deps.clock.now();
    this.lane = new CommitLane({
      token,
      pool: deps.commits,
      signal,
      logger: deps.logger,
      onCommit: (result, outcomes) => this.announce(result, outcomes),
      onWait: (ms) => deps.wakeIn(ms),
    });
  }

  /** @throws LeadershipLost when the fence refused; AbortError when the term was called off. */
  async process(parcel: Parcel): Promise<void> {
    if (this.parcelsInFlight === 0) this.progressMs = this.deps.clock.now();
    this.parcelsInFlight += 1;
    const stopTimer = parcelSeconds.startTimer();
    try {
      const claim = this.loading.then(() => this.claim(parcel));
      this.loading = claim.catch(() => undefined);
      const claimed = await claim;
      if (claimed) await this.work(claimed);
    } finally {
      this.parcelsInFlight -= 1;
      stopTimer();
      if (this.parcelsInFlight === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
    }
  }

  /** Resolves when nothing is in flight. */
  idle(): Promise<void> {
    return this.parcelsInFlight === 0 ? Promise.resolve() : new Promise((resolve) => this.whenIdle.push(resolve));
  }

  /** Reads what is to be done and claims it: from here on no later parcel works on it. */
  private async claim({ ids }: Parcel): Promise<Claim | null> {
    const { loads, logger } = this.deps;
    const { partition } = this.token;
    const load = () => loadParcel(loads, { partition, ids, limit: LOAD_MAX, beyond: this.inFlight.bounds() });
    const rows = await steadfast(load, this.signal, logger);
    const plan = planParcel(rows, this.inFlight);
    if (plan.charge.length + plan.hold.length === 0) return null;
    parcelSize.observe(plan.charge.length);
    this.inFlight.enter(plan.charge);
    return { plan, ticket: this.turnstile.enter(), lastSeq: rows.at(-1)?.seq ?? 0 };
  }

  private async work({ plan, ticket, lastSeq }: Claim): Promise<void> {
    try {
      await this.settleInTurn(plan, ticket);
      this.passedSeq = Math.max(this.passedSeq, lastSeq);
      this.progressMs = this.deps.clock.now();
    } finally {
      this.inFlight.leave(plan.charge);
      ticket.leave();
    }
  }

  /** Decides when every earlier parcel has decided, and joins the lane in that order; the commit itself may be shared. */
  private async settleInTurn({ charge, hold }: ParcelPlan<PendingPayment>, ticket: Ticket): Promise<void> {
    const answers = await Promise.all(charge.map((payment) => this.charge(payment)));
    await ticket.turn;
    this.signal.throwIfAborted();
    const charged = charge.map((payment, index) => ({ payment, answer: answers[index] as Answer }));
    const { clock, policy, random } = this.deps;
    const settled = settleParcel({ charged, blocked: this.blocked, policy, nowMs: clock.now(), draw: () => random.next() });
    this.blocked = settled.blocked;
    const written = this.lane.write(settled.outcomes, [...settled.waits, ...hold]);
    ticket.leave();
    await written;
  }

  private charge(payment: PendingPayment): Promise<Answer> {
    const { id, patientId, amountMinor, currency, attempts } = payment;
    const last = isLastAttempt(this.deps.policy, attempts);
    return chargeSafely(this.deps.gateway, { key: id, patientId, amountMinor, currency }, last, this.signal);
  }

  private announce(result: CommitResult, outcomes: readonly FinalOutcome[]): void {
    const written = new Set(result.ids);
    const payments = outcomes
      .filter(({ id }) => written.has(id))
      .map(({ id, status, attempts, reason }) => ({ id, status, attempts, reason }));
    for (const { status } of payments) paymentsCompleted.inc({ status });
    const { partition, term, leader } = this.token;
    this.deps.publish({ partition, term, processedBy: leader, completedAt: result.at.toISOString(), payments });
    this.deps.onCommit(result);
  }
}
