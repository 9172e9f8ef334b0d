/**
 * The parcels of one term, from load to outcome: a machine that waits for nothing. Every input returns what is to be done next.
 *
 *   waiting   one parcel is loaded at a time: each load knows what the one before has claimed      loaded → charging, or done
 *   charging  parcels overlap; all payments of one are charged at once                            all answered → in turn
 *   in turn   a parcel decides when every earlier one has decided or is gone (I7)                 → writing
 *   writing   in that order, through the commit lane; small ones share a statement                committed, deferred → done
 *
 * Any of them → failed: the term was called off, the fence refused, or something broke. The payments stay pending in PostgreSQL and
 * are brought again; a second charge call has the same key (I6). Once the fence refused, or `stop` was called, nothing new is begun (I8).
 */
import type { PendingPayment } from '../../shared/ledger.js';
import { CommitLane, type Statement } from './commit-lane.js';
import { CalledOff, LeadershipLost } from './errors.js';
import { InFlight } from './in-flight.js';
import { planParcel, settleParcel, type Answer, type Blocked, type FinalOutcome, type ParcelPlan } from './parcel.js';
import { isLastAttempt, type RetryPolicy } from './retry.js';

/** What one term is asked to do; `work` is the number under which the caller brought the parcel. */
export type WorkEffect =
  | { type: 'load'; work: number; ids: readonly string[]; beyond: ReadonlyMap<string, number> }
  /** `last`: no further attempt is planned. */
  | { type: 'charge'; work: number; index: number; payment: PendingPayment; last: boolean }
  | Statement
  /** These got their final status now, and who waits may be told. */
  | { type: 'announce'; outcomes: readonly FinalOutcome[] }
  /** A payment is due again in `ms`. */
  | { type: 'wake'; ms: number }
  | { type: 'done'; work: number }
  | { type: 'failed'; work: number; error: unknown };

/** When an input happens, and chance for the waits. */
export interface Moment {
  /** Monotonic ms. */
  nowMs: number;
  /** Uniform in [0, 1). */
  draw: () => number;
}

/** The answer to a fenced statement. */
export interface Written {
  held: boolean;
  ids: readonly string[];
}

interface Work {
  readonly number: number;
  readonly ids: readonly string[];
  plan: ParcelPlan<PendingPayment>;
  answers: Answer[];
  missing: number;
  lastSeq: number;
}

export interface LineOptions {
  term: number;
  policy: RetryPolicy;
  /** Monotonic ms. */
  startMs: number;
}

export class ParcelLine {
  readonly inFlight = new InFlight();
  /** The newest payment (`seq`) that was settled: what is older and still pending was passed over. */
  passedSeq = 0;
  /** When something was last finished, monotonic ms. */
  progressMs: number;
  private readonly works = new Map<number, Work>();
  /** To be loaded; the first one is being loaded. */
  private readonly loading: Work[] = [];
  /** Charged or being charged, in the order in which they may settle. */
  private turns: Work[] = [];
  private readonly lane = new CommitLane();
  private blocked: Blocked = new Map();
  private stopped = false;

  constructor(private readonly options: LineOptions) {
    this.progressMs = options.startMs;
  }

  get parcelsInFlight(): number {
    return this.works.size;
  }

  /** A parcel came by. */
  arrive(number: number, ids: readonly string[], { nowMs }: Moment): WorkEffect[] {
    if (this.works.size === 0) this.progressMs = nowMs;
    const work: Work = { number, ids, plan: { charge: [], hold: [] }, answers: [], missing: 0, lastSeq: 0 };
    this.works.set(number, work);
    this.loading.push(work);
    return this.loading.length === 1 ? this.load() : [];
  }

  /** What is to be done is read, and claimed: from here on no later parcel works on it. */
  loaded(number: number, rows: readonly PendingPayment[], moment: Moment): WorkEffect[] {
    const work = this.works.get(number);
    if (!work) return [];
    this.loading.shift();
    if (this.stopped) return [...this.fail(work, new CalledOff()), ...this.load()];
    work.plan = planParcel(rows, this.inFlight);
    work.lastSeq = rows.at(-1)?.seq ?? 0;
    work.missing = work.plan.charge.length;
    if (work.missing + work.plan.hold.length === 0) {
      this.end(work);
      return [{ type: 'done', work: number }, ...this.load()];
    }
    this.inFlight.enter(work.plan.charge);
    this.turns.push(work);
    const charges = work.plan.charge.map((payment, index): WorkEffect => {
      return { type: 'charge', work: number, index, payment, last: isLastAttempt(this.options.policy, payment.attempts) };
    });
    return [...charges, ...this.advance(moment), ...this.load()];
  }

  /** The gateway has answered for one payment. */
  answered(number: number, index: number, answer: Answer, moment: Moment): WorkEffect[] {
    const work = this.works.get(number);
    if (!work || work.answers[index]) return [];
    work.answers[index] = answer;
    work.missing -= 1;
    return this.advance(moment);
  }

  committed({ held, ids }: Written, moment: Moment): WorkEffect[] {
    if (!held) return this.refused();
    const written = new Set(ids);
    const outcomes = this.lane.outcomes.filter(({ id }) => written.has(id));
    const rest = this.lane.rest();
    return [{ type: 'announce', outcomes }, ...(rest === null ? this.written(moment) : this.begin(rest))];
  }

  deferred({ held }: Pick<Written, 'held'>, moment: Moment): WorkEffect[] {
    if (!held) return this.refused();
    const rest = this.lane.rest();
    const wake: WorkEffect[] = rest?.type === 'defer' ? [{ type: 'wake', ms: Math.min(...rest.waits.map(({ waitMs }) => waitMs)) }] : [];
    return [...wake, ...this.written(moment)];
  }

  /** The work on one parcel broke off. After its turn that means nothing: its statement decides. */
  failed(number: number, error: unknown, moment: Moment): WorkEffect[] {
    const work = this.works.get(number);
    const wasLoading = this.loading[0] === work;
    if (!work || (!wasLoading && !this.turns.includes(work))) return [];
    if (wasLoading) this.loading.shift();
    return [...this.fail(work, error), ...this.advance(moment), ...(wasLoading ? this.load() : [])];
  }

  /** A statement failed for good. */
  unwritten(error: unknown): WorkEffect[] {
    return this.lane.failed().flatMap((number) => this.fail(this.works.get(number) as Work, error));
  }

  /** Begins nothing new; what is under way ends by its own answers. */
  stop(): void {
    this.stopped = true;
  }

  private load(): WorkEffect[] {
    if (this.stopped) return this.loading.splice(0).flatMap((work) => this.fail(work, new CalledOff()));
    const [work] = this.loading;
    return work ? [{ type: 'load', work: work.number, ids: work.ids, beyond: this.inFlight.bounds() }] : [];
  }

  /** Settles, in order, whatever is complete and whose turn it is. */
  private advance(moment: Moment): WorkEffect[] {
    const effects: WorkEffect[] = [];
    for (let work = this.turns[0]; work && work.missing === 0; work = this.turns[0]) {
      this.turns.shift();
      if (this.stopped) effects.push(...this.fail(work, new CalledOff()));
      else this.settle(work, moment);
    }
    return [...effects, ...this.write()];
  }

  private settle({ number, plan, answers }: Work, { nowMs, draw }: Moment): void {
    const charged = plan.charge.map((payment, index) => ({ payment, answer: answers[index] as Answer }));
    const settled = settleParcel({ charged, blocked: this.blocked, policy: this.options.policy, nowMs, draw });
    this.blocked = settled.blocked;
    this.lane.add({ work: number, outcomes: settled.outcomes, waits: [...settled.waits, ...plan.hold] });
  }

  private write(): WorkEffect[] {
    const statement = this.lane.next();
    return statement === null ? [] : this.begin(statement);
  }

  private begin(statement: Statement): WorkEffect[] {
    return this.stopped ? this.unwritten(new CalledOff()) : [statement];
  }

  private written({ nowMs }: Moment): WorkEffect[] {
    const done = this.lane.written().map((number): WorkEffect => {
      const work = this.works.get(number) as Work;
      this.passedSeq = Math.max(this.passedSeq, work.lastSeq);
      this.progressMs = nowMs;
      this.end(work);
      return { type: 'done', work: number };
    });
    return [...done, ...this.write()];
  }

  private refused(): WorkEffect[] {
    this.stopped = true;
    return this.unwritten(new LeadershipLost(this.options.term));
  }

  private fail(work: Work, error: unknown): WorkEffect[] {
    this.end(work);
    return [{ type: 'failed', work: work.number, error }];
  }

  private end(work: Work): void {
    this.works.delete(work.number);
    this.turns = this.turns.filter((other) => other !== work);
    this.inFlight.leave(work.plan.charge);
  }
}
