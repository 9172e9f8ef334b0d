/**
 * Notifies callers that wait for the outcome of a payment. Redis events are hints; the row in
 * PostgreSQL is authoritative, and no outcome is answered from an event alone. Where events may be
 * lost (a new term, a reconnection to Redis) the rows of all awaited payments are read at once. If
 * an event is lost unnoticed, a periodic poll still finds the outcome, only later. The number of
 * awaited payments is bounded. Beyond the bound the answer is 202 without a wait.
 */
import type { Clock } from '../../shared/clock.js';
import type { Logger } from '../../shared/observability/logger.js';
import type { PatientsConfig } from '../config.js';
import type { PaymentRecord } from '../core/payment-record.js';
import { OutcomeEvents, type OutcomeHint } from './outcome-events.js';
import { awaited, hintsUnreadable, outcomesTotal } from '../metrics.js';

/** Rows read by one statement. */
const POLL_MAX = 5_000;

type OnRow = (record: PaymentRecord) => void;
type OnFinal = () => void;
interface Entry {
  sinceMs: number;
  /** Callbacks that receive the row. */
  onRow: OnRow[];
  /** Callbacks that need only the notification. */
  onFinal: OnFinal[];
}

/**
 * The reason for reading a row: an event that named it, a gap in the events, or the periodic poll.
 */
type Cause = 'event' | 'gap' | 'row';

/** The next `most` elements, or fewer at the end. */
function next<T>(from: Iterator<T>, most: number): T[] {
  const taken: T[] = [];
  while (taken.length < most) {
    const next = from.next();
    if (next.done) break;
    taken.push(next.value);
  }
  return taken;
}

export interface OutcomesDeps {
  /** The final payments among these ids. */
  readFinal(ids: readonly string[]): Promise<PaymentRecord[]>;
  /** The ids of the final payments among these ids. */
  readEnded(ids: readonly string[]): Promise<string[]>;
  clock: Clock;
  logger: Logger;
  config: Pick<PatientsConfig, 'waitingMax' | 'outcomePollMs'>;
}

export class Outcomes {
  /** In order of arrival. */
  private readonly entries = new Map<string, Entry>();
  private readonly ends = new Set<() => void>();
  private readonly events = new OutcomeEvents();
  /** Final according to an event; read next. */
  private readonly named = new Set<string>();
  private reading: Promise<void> | null = null;
  private released = false;
  private polling = false;
  /**
   * Where the next poll continues, so that every payment is polled once before any is polled twice.
   */
  private cursor = this.entries.entries();
  private catchingUp = false;
  private gap = false;

  constructor(private readonly deps: OutcomesDeps) {
    awaited.count = () => this.entries.size;
  }

  /** How many more payments may be awaited; 0 once released. */
  get room(): number {
    return this.released ? 0 : this.deps.config.waitingMax - this.entries.size;
  }

  /**
   * Calls `end` after `waitMs`, when `gone` fires, or when all waiting ends.
   * @returns a function that cancels the call.
   */
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

  /** Calls `onRow` once, when the payment is final. @returns a function that unsubscribes. */
  watch(paymentId: string, onRow: OnRow): () => void {
    this.getEntry(paymentId).onRow.push(onRow);
    return () =>
      this.unwatch(
        paymentId,
        (entry) => (entry.onRow = entry.onRow.filter((other) => other !== onRow)),
      );
  }

  /** Calls `onFinal` once, when the payment is final, without reading its row. */
  count(paymentId: string, onFinal: OnFinal): void {
    this.getEntry(paymentId).onFinal.push(onFinal);
  }

  /** Reverts `count`. */
  uncount(paymentId: string, onFinal: OnFinal): void {
    this.unwatch(
      paymentId,
      (entry) => (entry.onFinal = entry.onFinal.filter((other) => other !== onFinal)),
    );
  }

  private getEntry(paymentId: string): Entry {
    let entry = this.entries.get(paymentId);
    if (!entry) {
      entry = { sinceMs: this.deps.clock.now(), onRow: [], onFinal: [] };
      this.entries.set(paymentId, entry);
    }
    return entry;
  }

  private unwatch(paymentId: string, remove: (entry: Entry) => void): void {
    const entry = this.entries.get(paymentId);
    if (!entry) return;
    remove(entry);
    if (entry.onRow.length + entry.onFinal.length === 0) this.entries.delete(paymentId);
  }

  /**
   * The final row; null after `waitMs`, when `gone` fires, when there is no room, or when the
   * process ends.
   */
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

  /**
   * Handles a message of the outcome channel. An unreadable message is ignored, because the rows
   * are polled anyway.
   */
  async onEvent(message: string): Promise<void> {
    const hint = this.readEvent(message);
    if (hint === null) return;
    for (const paymentId of hint.ids) if (this.entries.has(paymentId)) this.named.add(paymentId);
    if (this.named.size > 0) this.reading ??= this.readNamed();
    await Promise.all([this.reading, hint.isGap ? this.catchUp() : null]);
  }

  /**
   * Reads the rows of all awaited payments after a possible loss of events, oldest first, until a
   * read finds nothing.
   */
  async catchUp(): Promise<void> {
    this.gap = true; // A read in progress may have started before the end of the gap: read again.
    if (this.catchingUp) return;
    this.catchingUp = true;
    try {
      while (this.gap) {
        this.gap = false;
        const all = this.entries.keys();
        while ((await this.notify(next(all, POLL_MAX), 'gap')) > 0);
      }
    } finally {
      this.catchingUp = false;
    }
  }

  /**
   * Polls the rows of payments that have waited longer than an event needs. Called every
   * `outcomePollMs`.
   */
  async poll(): Promise<void> {
    if (this.polling) return;
    this.polling = true;
    try {
      // One lost event suggests more: continue at once.
      while ((await this.notify(this.due(), 'row')) > 0);
    } finally {
      this.polling = false;
    }
  }

  /** Ends all waiting, permanently. */
  release(): void {
    this.released = true;
    for (const end of [...this.ends]) end();
  }

  /**
   * Reads one group at a time; ids named meanwhile form the next group. Parallel reads would need
   * connections, which are slow to open.
   */
  private async readNamed(): Promise<void> {
    while (this.named.size > 0) {
      const ids = next(this.named.values(), POLL_MAX);
      for (const paymentId of ids) this.named.delete(paymentId);
      await this.notify(ids, 'event');
    }
    this.reading = null;
  }

  private readEvent(message: string): OutcomeHint | null {
    try {
      return this.events.read(message);
    } catch {
      // The error is not logged, because its text quotes the message.
      hintsUnreadable.inc();
      this.deps.logger.warn(
        { characters: message.length },
        'cannot read an outcome event; awaited rows are polled anyway',
      );
      return null;
    }
  }

  /**
   * The next part of the round. Entries are in order of arrival, so the first one that is not due
   * ends the round.
   */
  private due(): string[] {
    const latest = this.deps.clock.now() - this.deps.config.outcomePollMs;
    const piece = next(this.cursor, POLL_MAX);
    const ids = piece
      .filter(([, { sinceMs }]) => sinceMs <= latest)
      .map(([paymentId]) => paymentId);
    if (ids.length < POLL_MAX) this.cursor = this.entries.entries();
    return ids;
  }

  private async notify(ids: readonly string[], by: Cause): Promise<number> {
    if (ids.length === 0) return 0;
    const toTell = ids.filter((paymentId) => (this.entries.get(paymentId)?.onRow.length ?? 0) > 0);
    const toCount =
      toTell.length === ids.length
        ? []
        : ids.filter((paymentId) => this.entries.get(paymentId)?.onRow.length === 0);
    const [rows, ended] = await Promise.all([
      this.read(toTell, (few) => this.deps.readFinal(few)),
      this.read(toCount, (few) => this.deps.readEnded(few)),
    ]);
    const delivered =
      rows.filter((row) => this.resolveRow(row)).length +
      ended.filter((paymentId) => this.resolveCount(paymentId)).length;
    outcomesTotal.inc({ by }, delivered);
    return rows.length + ended.length;
  }

  private async read<T>(
    ids: readonly string[],
    how: (ids: readonly string[]) => Promise<T[]>,
  ): Promise<T[]> {
    if (ids.length === 0) return [];
    return how(ids).catch((error: unknown) => {
      this.deps.logger.warn({ err: error }, 'cannot read outcomes; retrying on the next poll');
      return [];
    });
  }

  /** @returns whether the payment was awaited. */
  private resolveRow(row: PaymentRecord): boolean {
    const entry = this.entries.get(row.id);
    if (!entry) return false;
    this.entries.delete(row.id);
    for (const onRow of entry.onRow) onRow(row);
    for (const onFinal of entry.onFinal) onFinal();
    return true;
  }

  /** @returns whether the payment was awaited and needs no row. */
  private resolveCount(paymentId: string): boolean {
    const entry = this.entries.get(paymentId);
    // A caller that needs the row subscribed meanwhile: the next poll reads it.
    if (!entry || entry.onRow.length > 0) return false;
    this.entries.delete(paymentId);
    for (const onFinal of entry.onFinal) onFinal();
    return true;
  }
}
