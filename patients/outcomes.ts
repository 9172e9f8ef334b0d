/**
 * Who waits for a payment is told when it is final. Redis brings a hint ("these are done"), the row brings the truth: an outcome is
 * never answered from an event alone. Where events may have been lost (another leader's term began, Redis was away) the rows of all
 * who wait are read at once; a loss that nobody noticed costs time only, for who has waited long is looked at now and then.
 * Waiting is bounded; beyond the bound nobody waits and the answer is 202.
 */
import type { Clock } from '../shared/clock.js';
import type { Logger } from '../shared/logger.js';
import type { PatientsConfig } from './config.js';
import type { PaymentRecord } from './core/payment-record.js';
import { Hints, type Hint } from './hints.js';
import { hintsUnreadable, outcomesTotal, waitingGauge } from './metrics.js';

/** Rows read by one statement. */
const LOOK_MAX = 5_000;

type Told = (record: PaymentRecord) => void;
type Counted = () => void;
interface Entry {
  sinceMs: number;
  /** They want to know what became of it. */
  told: Told[];
  /** They want to know that it is over. */
  counted: Counted[];
}

/** What made the row be read: an event that named it, a gap in the events, or mere waiting. */
type Cause = 'event' | 'gap' | 'row';

/** The next `most` of these, or what is left. */
function take<T>(from: Iterator<T>, most: number): T[] {
  const taken: T[] = [];
  while (taken.length < most) {
    const next = from.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}

export interface OutcomesDeps {
  /** Those of these payments that are final. */
  readFinal(ids: readonly string[]): Promise<PaymentRecord[]>;
  /** The ids of those of these payments that are final. */
  readEnded(ids: readonly string[]): Promise<string[]>;
  clock: Clock;
  logger: Logger;
  config: Pick<PatientsConfig, 'waitingMax' | 'outcomePollMs'>;
}

export class Outcomes {
  /** In the order of their coming. */
  private readonly entries = new Map<string, Entry>();
  private readonly ends = new Set<() => void>();
  private readonly hints = new Hints();
  /** Final by an event's word, to be read next. */
  private readonly named = new Set<string>();
  private reading: Promise<void> | null = null;
  private released = false;
  private looking = false;
  /** Where the next look goes on, so that nobody is looked at twice before everybody was once. */
  private round = this.entries.entries();
  private catchingUp = false;
  private gap = false;

  constructor(private readonly deps: OutcomesDeps) {}

  /** How many more payments may be waited for; 0 once released. */
  get room(): number {
    return this.released ? 0 : this.deps.config.waitingMax - this.entries.size;
  }

  /** Calls `end` after `waitMs`, when `gone` fires or when all waiting ends. @returns a function that forgets about it. */
  limit(waitMs: number, gone: AbortSignal, end: () => void): () => void {
    const timer = setTimeout(end, this.released || gone.aborted ? 0 : waitMs);
    gone.addEventListener('abort', end, { once: true });
    this.ends.add(end);
    return () => {
      clearTimeout(timer);
      gone.removeEventListener('abort', end);
      this.ends.delete(end);
    };
  }

  /** Calls `told` once, when the payment is final. @returns a function that stops the watching. */
  watch(paymentId: string, told: Told): () => void {
    this.entryOf(paymentId).told.push(told);
    return () => this.unwatch(paymentId, (entry) => (entry.told = entry.told.filter((other) => other !== told)));
  }

  /** Calls `counted` once, when the payment is final; its row is not read. */
  count(paymentId: string, counted: Counted): void {
    this.entryOf(paymentId).counted.push(counted);
  }

  /** Stops what `count` began. */
  uncount(paymentId: string, counted: Counted): void {
    this.unwatch(paymentId, (entry) => (entry.counted = entry.counted.filter((other) => other !== counted)));
  }

  private entryOf(paymentId: string): Entry {
    let entry = this.entries.get(paymentId);
    if (!entry) {
      entry = { sinceMs: this.deps.clock.now(), told: [], counted: [] };
      this.entries.set(paymentId, entry);
      waitingGauge.set(this.entries.size);
    }
    return entry;
  }

  private unwatch(paymentId: string, remove: (entry: Entry) => void): void {
    const entry = this.entries.get(paymentId);
    if (!entry) return;
    remove(entry);
    if (entry.told.length + entry.counted.length === 0) this.remove(paymentId);
  }

  /** The final row; null when `waitMs` have passed, `gone` fired, there is no room, or the process ends. */
  wait(paymentId: string, waitMs: number, gone: AbortSignal): Promise<PaymentRecord | null> {
    if (waitMs <= 0 || gone.aborted || this.room <= 0) return Promise.resolve(null);
    return new Promise((resolve) => {
      const end = (record: PaymentRecord | null): void => {
        unlimit();
        unwatch();
        resolve(record);
      };
      const unwatch = this.watch(paymentId, end);
      const unlimit = this.limit(waitMs, gone, () => end(null));
    });
  }

  /** A message of the outcome channel. What cannot be read is ignored: the rows will tell. */
  async hinted(message: string): Promise<void> {
    const hint = this.hintOf(message);
    if (hint === null) return;
    for (const paymentId of hint.ids) if (this.entries.has(paymentId)) this.named.add(paymentId);
    if (this.named.size > 0) this.reading ??= this.readNamed();
    await Promise.all([this.reading, hint.isGap ? this.catchUp() : null]);
  }

  /** Events were lost, perhaps: reads the rows of all who wait, oldest first, for as long as that finds something. */
  async catchUp(): Promise<void> {
    this.gap = true; // What is being read may have been read before the gap was over: it is read again.
    if (this.catchingUp) return;
    this.catchingUp = true;
    try {
      while (this.gap) {
        this.gap = false;
        const all = this.entries.keys();
        while ((await this.tell(take(all, LOOK_MAX), 'gap')) > 0);
      }
    } finally {
      this.catchingUp = false;
    }
  }

  /** Reads the rows of those who have waited long enough for an event to have come. Called every `outcomePollMs`. */
  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      // Where events were lost, more of them were: go on at once.
      while ((await this.tell(this.due(), 'row')) > 0);
    } finally {
      this.looking = false;
    }
  }

  /** Ends all waiting, now and for ever. */
  release(): void {
    this.released = true;
    for (const end of [...this.ends]) end();
  }

  /** One read at a time, and what is named meanwhile together next: more at once need more connections, and opening one takes longer. */
  private async readNamed(): Promise<void> {
    while (this.named.size > 0) {
      const ids = take(this.named.values(), LOOK_MAX);
      for (const paymentId of ids) this.named.delete(paymentId);
      await this.tell(ids, 'event');
    }
    this.reading = null;
  }

  private hintOf(message: string): Hint | null {
    try {
      return this.hints.read(message);
    } catch {
      // Not the error: its text quotes the message.
      hintsUnreadable.inc();
      this.deps.logger.warn({ characters: message.length }, 'an outcome event cannot be read; the rows of those who wait are read anyway');
      return null;
    }
  }

  /** The next piece of the round. Who came later has waited less: with the first one that is not due the round is over. */
  private due(): string[] {
    const latest = this.deps.clock.now() - this.deps.config.outcomePollMs;
    const piece = take(this.round, LOOK_MAX);
    const ids = piece.filter(([, { sinceMs }]) => sinceMs <= latest).map(([paymentId]) => paymentId);
    if (ids.length < LOOK_MAX) this.round = this.entries.entries();
    return ids;
  }

  private async tell(ids: readonly string[], by: Cause): Promise<number> {
    if (ids.length === 0) return 0;
    const toTell = ids.filter((paymentId) => (this.entries.get(paymentId)?.told.length ?? 0) > 0);
    const toCount = toTell.length === ids.length ? [] : ids.filter((paymentId) => this.entries.get(paymentId)?.told.length === 0);
    const [rows, ended] = await Promise.all([
      this.read(toTell, (few) => this.deps.readFinal(few)),
      this.read(toCount, (few) => this.deps.readEnded(few)),
    ]);
    for (const row of rows) this.tellOne(row, by);
    for (const paymentId of ended) this.countOne(paymentId, by);
    return rows.length + ended.length;
  }

  private async read<T>(ids: readonly string[], how: (ids: readonly string[]) => Promise<T[]>): Promise<T[]> {
    if (ids.length === 0) return [];
    return how(ids).catch((error: unknown) => {
      this.deps.logger.warn({ err: error }, 'outcomes cannot be read now; the next look will');
      return [];
    });
  }

  private tellOne(row: PaymentRecord, by: Cause): void {
    const entry = this.end(row.id, by);
    for (const told of entry?.told ?? []) told(row);
    for (const counted of entry?.counted ?? []) counted();
  }

  private countOne(paymentId: string, by: Cause): void {
    // Somebody who wants the row came meanwhile: the next look brings it.
    if ((this.entries.get(paymentId)?.told.length ?? 0) > 0) return;
    for (const counted of this.end(paymentId, by)?.counted ?? []) counted();
  }

  private end(paymentId: string, by: Cause): Entry | undefined {
    const entry = this.entries.get(paymentId);
    if (!entry) return undefined;
    this.remove(paymentId);
    outcomesTotal.inc({ by });
    return entry;
  }

  private remove(paymentId: string): void {
    this.entries.delete(paymentId);
    waitingGauge.set(this.entries.size);
  }
}
