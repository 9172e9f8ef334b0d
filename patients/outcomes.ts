/**
 * Who waits for a payment is told when it is final. Redis brings a hint ("these are done"), the row brings the truth: an outcome is
 * never answered from an event alone. Events that are lost cost time only: the rows of all who wait are read at every look.
 * Waiting is bounded; beyond the bound nobody waits and the answer is 202.
 */
import { z } from 'zod';
import type { Clock } from '../shared/clock.js';
import { id } from '../shared/contracts/ids.js';
import type { Logger } from '../shared/logger.js';
import type { PatientsConfig } from './config.js';
import type { PaymentRecord } from './core/payment-record.js';
import { outcomesTotal, waitingGauge } from './metrics.js';

/** Rows read by one look; who waits longest in vain is looked at first, then goes to the end of the line. */
const LOOK_MAX = 5_000;

type Told = (record: PaymentRecord) => void;
interface Entry {
  sinceMs: number;
  told: Set<Told>;
}

/** All that is taken from an event: which payments to look at. @see shared/contracts/outcome.ts */
const hint = z.object({ payments: z.array(z.object({ id })) });

export interface OutcomesDeps {
  /** Those of these payments that are final. */
  readFinal(ids: readonly string[]): Promise<PaymentRecord[]>;
  clock: Clock;
  logger: Logger;
  config: Pick<PatientsConfig, 'waitingMax' | 'outcomePollMs'>;
}

export class Outcomes {
  private readonly entries = new Map<string, Entry>();
  private readonly ends = new Set<() => void>();
  private released = false;
  private looking = false;

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
    const entry = this.entries.get(paymentId) ?? { sinceMs: this.deps.clock.now(), told: new Set() };
    entry.told.add(told);
    this.entries.set(paymentId, entry);
    waitingGauge.set(this.entries.size);
    return () => {
      entry.told.delete(told);
      if (entry.told.size === 0 && this.entries.get(paymentId) === entry) this.remove(paymentId);
    };
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

  /** An event of the outcome channel. What cannot be read is ignored: the rows will tell. */
  async hinted(message: string): Promise<void> {
    const ids = this.idsOf(message).filter((paymentId) => this.entries.has(paymentId));
    if (ids.length > 0) await this.tell(ids, 'event');
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

  private idsOf(message: string): string[] {
    try {
      return hint.parse(JSON.parse(message)).payments.map((payment) => payment.id);
    } catch (error) {
      this.deps.logger.warn({ err: error }, 'an outcome event cannot be read');
      return [];
    }
  }

  private due(): string[] {
    const latest = this.deps.clock.now() - this.deps.config.outcomePollMs;
    const ids: string[] = [];
    for (const [paymentId, { sinceMs }] of this.entries) {
      if (sinceMs <= latest) ids.push(paymentId);
      if (ids.length === LOOK_MAX) break;
    }
    for (const paymentId of ids) this.toTheEnd(paymentId);
    return ids;
  }

  private toTheEnd(paymentId: string): void {
    const entry = this.entries.get(paymentId) as Entry;
    this.entries.delete(paymentId);
    this.entries.set(paymentId, entry);
  }

  private async tell(ids: readonly string[], by: 'event' | 'row'): Promise<number> {
    if (ids.length === 0) return 0;
    const rows = await this.deps.readFinal(ids).catch((error: unknown) => {
      this.deps.logger.warn({ err: error }, 'outcomes cannot be read now; the next look will');
      return [];
    });
    for (const row of rows) this.tellOne(row, by);
    return rows.length;
  }

  private tellOne(row: PaymentRecord, by: 'event' | 'row'): void {
    const entry = this.entries.get(row.id);
    if (!entry) return;
    this.remove(row.id);
    outcomesTotal.inc({ by });
    for (const told of entry.told) told(row);
  }

  private remove(paymentId: string): void {
    this.entries.delete(paymentId);
    waitingGauge.set(this.entries.size);
  }
}
