/**
 * The bound on what is accepted and not final. The record is looked at twice a second (or as configured); between two looks this
 * instance counts what it lets in. Beyond the bound nothing new is stored, and who asks is told when to come back; a key that is known
 * is answered as ever, for what was accepted is accepted. Every instance measures the whole table, so the bound holds for all together.
 */
import type { Clock } from '../shared/clock.js';
import { Problem } from '../shared/errors.js';
import type { Logger } from '../shared/logger.js';
import { isPassing } from '../shared/postgres.js';
import type { PatientsConfig } from './config.js';
import { Admission } from './core/admission.js';
import type { PaymentRecord } from './core/payment-record.js';
import { GroupCommit } from './group-commit.js';
import { measureDependencies } from '../shared/metrics.js';
import { backlogAge, backlogGauge, backlogMax, refusedTotal } from './metrics.js';
import type { BacklogLook } from './payment-rows.js';
import { whilePassing } from './retry.js';

export interface BacklogDeps {
  /** @see lookAtBacklog */
  look(from: number): Promise<BacklogLook>;
  /** The payments under these keys, in no order. */
  byKey(keys: readonly string[]): Promise<PaymentRecord[]>;
  clock: Clock;
  logger: Logger;
  config: Pick<PatientsConfig, 'backlogMax' | 'acceptGroupMax' | 'acceptQueueMax' | 'acceptRetryMs'>;
}

export class Backlog {
  private readonly admission: Admission;
  /** Keys of who is refused: one read at a time, those that come meanwhile together. */
  private readonly keys: GroupCommit<string, PaymentRecord | null>;
  private from = 0;
  private looking = false;

  constructor(private readonly deps: BacklogDeps) {
    const { clock, config } = deps;
    this.admission = new Admission(config.backlogMax);
    backlogMax.set(config.backlogMax);
    this.keys = new GroupCommit({
      insert: (keys, giveUpAtMs) => this.recordsOf(keys, giveUpAtMs),
      clock,
      groupMax: config.acceptGroupMax,
      waitingMax: config.acceptQueueMax,
      patienceMs: config.acceptRetryMs,
    });
  }

  /** Whether anything new is let in now. */
  get open(): boolean {
    return this.admission.open;
  }

  /** Lets `count` new payments in, all or none. `settled` must be told of each of them. */
  admit(count: number): boolean {
    return this.admission.admit(count);
  }

  /** Lets in what was let in before: a batch that is completed. */
  reserve(count: number): void {
    this.admission.reserve(count);
  }

  /** @param stored how many of `count` let in are stored now, or may be. */
  settled(count: number, stored: number): void {
    this.admission.settled(count, stored);
  }

  /** The payment under the key of who was not let in. @throws Problem BACKLOG_FULL when there is none · TOO_BUSY · UNAVAILABLE */
  async known(idempotencyKey: string): Promise<PaymentRecord> {
    return (await this.keys.submit(idempotencyKey)) ?? this.refuse(1);
  }

  /** @throws Problem BACKLOG_FULL, always. @param count payments that were not let in. */
  refuse(count: number): never {
    refusedTotal.inc({ reason: 'backlog' });
    throw new Problem('BACKLOG_FULL', undefined, { retryAfterSeconds: this.admission.comeBackSeconds(count) });
  }

  /** Called every `backlogLookMs`. A look that fails changes nothing: what was let in since still counts. */
  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    const wasOpen = this.open;
    try {
      const mark = this.admission.lookBegins(this.deps.clock.now());
      const seen = await this.deps.look(this.from);
      this.admission.looked(mark, seen.pending);
      // The record may be an older one than before, after its server was replaced: then nothing is known.
      this.from = seen.newest < this.from ? 0 : (seen.oldest ?? seen.newest);
      backlogGauge.set(seen.pending);
      backlogAge.set(seen.oldestAgeSeconds);
      measureDependencies({ postgres: true });
    } catch (error) {
      measureDependencies({ postgres: false });
      // That PostgreSQL is away is told elsewhere; anything else would leave the bound to what this instance counts.
      this.deps.logger[isPassing(error) ? 'debug' : 'warn']({ err: error }, 'the backlog cannot be looked at now');
    } finally {
      this.looking = false;
    }
    if (wasOpen !== this.open) this.deps.logger.warn({ load: this.admission.load, open: this.open }, 'the backlog reached or left its bound');
  }

  private async recordsOf(keys: readonly string[], giveUpAtMs: number): Promise<(PaymentRecord | null)[]> {
    const rows = await whilePassing(() => this.deps.byKey(keys), { clock: this.deps.clock, giveUpAtMs });
    const found = new Map(rows.map((row) => [row.idempotencyKey, row]));
    return keys.map((key) => found.get(key) ?? null);
  }
}
