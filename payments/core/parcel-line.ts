/**
 * The parcels of one term, from load to outcome: a machine that waits for nothing. Every input returns what is to be done next.
 *
 *   waiting   one load at a time, each knows what the one before has claimed; parcels that wait
 *             meanwhile are loaded together: one question costs as much as twenty                  loaded → charging, or done
 *   charging  parcels overlap; all payments of one are charged at once                            all answered → in turn
 *   in turn   a parcel decides when every earlier one has decided or is gone (I7)                 → writing
 *   writing   in that order, through the commit lane; small ones share a statement                committed, deferred → done
 *
 * Any of them → failed: the term was called off, the fence refused, or something broke. The payments stay pending in PostgreSQL and
 * are brought again; a second charge call has the same key (I6). Once the fence refused, or `stop` was called, nothing new is begun (I8).
 */
import type { PendingPayment } from '../../shared/ledger.js';
import { Blocked } from './blocked.js';
import { CommitLane, type Statement } from './commit-lane.js';
import { CalledOff, LeadershipLost } from './errors.js';
import { InFlight } from './in-flight.js';
import { planParcel, settleParcel, type Answer, type FinalOutcome, type ParcelPlan } from './parcel.js';
import { isLastAttempt, type RetryPolicy } from './retry.js';

/** What one term is asked to do; `work` is the number under which the caller brought the parcel. */
export type WorkEffect =
  /** For this parcel and, with more ids, for those behind it. */
  | { type: 'load'; work: number; ids: readonly string[]; beyond: ReadonlyMap<string, number> }
  /** `last`: no further attempt is planned. */
  | { type: 'charge'; work: number; index: number; payment: PendingPayment; last: boolean }
  | Statement
  /** These got their final status now, and who waits may be told. */
  | { type: 'announce'; outcomes: readonly FinalOutcome[] }
  /** A payment is due again in `ms`. */
  | { type: 'wake'; ms: number }
  /** `claimed`: the payments of the parcel that were worked on; 0: the parcel changed nothing. */
  | { type: 'done'; work: number; claimed: number }
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
  /** With so many payments in flight nothing more is loaded; left out: no bound. A next leader may have to ask for all of them again. */
  inFlightMax?: number;
}

/** Payments named by one load, at the most, unless a single parcel names more. */
const READ_MAX = 500;

/** How many of the parcels that wait are loaded next. */
function groupEnd(waiting: readonly Work[]): number {
  let size = 0;
  const end = waiting.findIndex(({ ids }, index) => (size += ids.length) > READ_MAX && index > 0);
  return end < 0 ? waiting.length : end;
}

/**
 * Shares out what was read for several parcels: to each what it would have been given alone, the rows it names and earlier ones of
 * their patients. Rows of a patient of whom nobody's own row was read (so many earlier ones are pending that the load ended before)
 * are the first parcel's.
 */
function shareRows(read: readonly Work[], rows: readonly PendingPayment[]): (readonly PendingPayment[])[] {
  const uptos = read.map(({ ids }) => {
    const named = new Set(ids);
    return new Map(rows.filter(({ id }) => named.has(id)).map(({ patientId, seq }) => [patientId, seq]));
  });
  const nobodys = ({ patientId }: PendingPayment): boolean => uptos.every((upto) => !upto.has(patientId));
  return uptos.map((upto, index) =>
    rows.filter((row) => row.seq <= (upto.get(row.patientId) ?? -1) || (index === 0 && nobodys(row))),
  );
}

export class ParcelLine {
  readonly inFlight = new InFlight();
  /** The newest payment (`seq`) that was settled: what is older and still pending was passed over. */
  passedSeq = 0;
  /** When something was last finished, or the gateway last answered, monotonic ms. */
  progressMs: number;
  /** Since when parcels are in flight without a break; of use while some are. */
  busySinceMs: number;
  private readonly works = new Map<number, Work>();
  /** To be loaded. */
  private waiting: Work[] = [];
  /** Being loaded. */
  private reading: readonly Work[] = [];
  /** Charged or being charged, in the order in which they may settle. */
  private turns: Work[] = [];
  private readonly lane = new CommitLane();
  private readonly blocked = new Blocked();
  private stopped = false;

  constructor(private readonly options: LineOptions) {
    this.progressMs = this.busySinceMs = options.startMs;
  }

  get parcelsInFlight(): number {
    return this.works.size;
  }

  /** A parcel came by. */
  arrive(number: number, ids: readonly string[], { nowMs }: Moment): WorkEffect[] {
    if (this.works.size === 0) this.busySinceMs = nowMs;
    const work: Work = { number, ids, plan: { charge: [], hold: [] }, answers: [], missing: 0, lastSeq: 0 };
    this.works.set(number, work);
    this.waiting.push(work);
    return this.loadNext();
  }

  /** What is to be done is read, and claimed: from here on no later parcel works on it. @param number of the first parcel read. */
  loaded(number: number, rows: readonly PendingPayment[], moment: Moment): WorkEffect[] {
    const read = this.takeRead(number);
    if (read.length === 0) return [];
    if (this.stopped) return [...read.flatMap((work) => this.fail(work, new CalledOff())), ...this.loadNext()];
    const shares = shareRows(read, rows);
    const claims = read.flatMap((work, index) => this.claim(work, shares[index] ?? []));
    return [...claims, ...this.advance(moment), ...this.loadNext()];
  }

  private claim(work: Work, rows: readonly PendingPayment[]): WorkEffect[] {
    const { number } = work;
    work.plan = planParcel(rows, this.inFlight);
    work.lastSeq = rows.at(-1)?.seq ?? 0;
    work.missing = work.plan.charge.length;
    if (work.missing + work.plan.hold.length === 0) {
      this.end(work);
      return [{ type: 'done', work: number, claimed: 0 }];
    }
    this.inFlight.enter(work.plan.charge);
    this.turns.push(work);
    return work.plan.charge.map((payment, index): WorkEffect => {
      return { type: 'charge', work: number, index, payment, last: isLastAttempt(this.options.policy, payment) };
    });
  }

  /** The gateway has answered for one payment. */
  answered(number: number, index: number, answer: Answer, moment: Moment): WorkEffect[] {
    const work = this.works.get(number);
    if (!work || work.answers[index]) return [];
    work.answers[index] = answer;
    // A slow gateway is no standstill; but while a statement is under way only its end is progress.
    if (!this.lane.isWriting) this.progressMs = moment.nowMs;
    work.missing -= 1;
    return this.advance(moment);
  }

  committed({ held, ids }: Written, moment: Moment): WorkEffect[] {
    if (!held) return this.refused();
    const outcomes = this.outcomesAmong(ids);
    const rest = this.lane.rest();
    return [{ type: 'announce', outcomes }, ...(rest === null ? this.written(moment) : this.begin(rest))];
  }

  /** Nearly always all of them. */
  private outcomesAmong(ids: readonly string[]): readonly FinalOutcome[] {
    const { outcomes } = this.lane;
    if (ids.length === outcomes.length) return outcomes;
    const written = new Set(ids);
    return outcomes.filter(({ id }) => written.has(id));
  }

  deferred({ held }: Pick<Written, 'held'>, moment: Moment): WorkEffect[] {
    if (!held) return this.refused();
    const rest = this.lane.rest();
    const wake: WorkEffect[] = rest?.type === 'defer' ? [{ type: 'wake', ms: Math.min(...rest.waits.map(({ waitMs }) => waitMs)) }] : [];
    return [...wake, ...this.written(moment)];
  }

  /** The work on one parcel broke off. After its turn that means nothing: its statement decides. */
  failed(number: number, error: unknown, moment: Moment): WorkEffect[] {
    const read = this.takeRead(number);
    if (read.length > 0) return [...read.flatMap((work) => this.fail(work, error)), ...this.advance(moment), ...this.loadNext()];
    const work = this.works.get(number);
    return work && this.turns.includes(work) ? [...this.fail(work, error), ...this.advance(moment)] : [];
  }

  /** A statement failed for good. */
  unwritten(error: unknown): WorkEffect[] {
    return this.lane.failed().flatMap((number) => this.fail(this.works.get(number) as Work, error));
  }

  /** Begins nothing new; what is under way ends by its own answers. */
  stop(): void {
    this.stopped = true;
  }

  private loadNext(): WorkEffect[] {
    if (this.reading.length > 0) return [];
    if (this.stopped) return this.waiting.splice(0).flatMap((work) => this.fail(work, new CalledOff()));
    if (this.inFlight.size >= (this.options.inFlightMax ?? Infinity)) return [];
    this.reading = this.waiting.splice(0, groupEnd(this.waiting));
    const [first] = this.reading;
    const ids = this.reading.flatMap((work) => work.ids);
    return first ? [{ type: 'load', work: first.number, ids, beyond: this.beyond() }] : [];
  }

  /**
   * Of each patient in flight: all payments up to this `seq` are being worked on, so a load need not bring them. A payment that was put
   * off is not, and lowers the bound: otherwise it would not be loaded as long as later payments of its patient keep coming.
   */
  protected beyond(): Map<string, number> {
    const bounds = this.inFlight.bounds();
    if (this.blocked.size === 0) return bounds;
    for (const [patientId, upto] of bounds) {
      const lowest = this.blocked.lowestIdle(patientId, this.inFlight);
      if (lowest !== null && lowest <= upto) bounds.set(patientId, lowest - 1);
    }
    return bounds;
  }

  /** The parcels whose load ended with this number; none when that is not the one under way. */
  private takeRead(number: number): readonly Work[] {
    if (this.reading[0]?.number !== number) return [];
    const read = this.reading;
    this.reading = [];
    return read;
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
      return { type: 'done', work: number, claimed: work.plan.charge.length + work.plan.hold.length };
    });
    return [...done, ...this.write(), ...this.loadNext()];
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
