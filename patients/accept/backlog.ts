/**
 * Limits the number of accepted payments that are not final. The backlog is measured twice per
 * second (or as configured); between two measurements this instance counts the payments it admits.
 * Beyond the limit nothing new is stored, and the refusal contains a `Retry-After`. A known key is
 * answered as usual, because its payment is accepted already. Every instance measures the whole
 * table, so the limit holds for all instances together.
 */
import type { Clock } from '../../shared/clock.js';
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
import { isTransient } from '../../shared/postgres/postgres.js';
import type { PatientsConfig } from '../config.js';
import { Admission } from '../core/admission.js';
import type { PaymentRecord } from '../core/payment-record.js';
import { GroupCommit } from './group-commit.js';
import { measureDependencies } from '../../shared/observability/metrics.js';
import { backlogAge, backlogGauge, backlogMax, refusedTotal } from '../metrics.js';
import type { BacklogLook } from '../records/payment-rows.js';
import { retryAtMost } from './retry-until.js';

export interface BacklogDeps {
  /** @see lookAtBacklog */
  measure(from: number): Promise<BacklogLook>;
  /** The payments under these keys, in no order. */
  byKey(keys: readonly string[]): Promise<PaymentRecord[]>;
  clock: Clock;
  logger: Logger;
  config: Pick<
    PatientsConfig,
    'backlogMax' | 'acceptGroupMax' | 'acceptQueueMax' | 'acceptRetryMs'
  >;
}

export class Backlog {
  private readonly admission: Admission;
  /**
   * Reads the keys of refused requests: one read at a time, keys that arrive meanwhile together.
   */
  private readonly keys: GroupCommit<string, PaymentRecord | null>;
  private from = 0;
  private looking = false;

  constructor(private readonly deps: BacklogDeps) {
    const { clock, config } = deps;
    this.admission = new Admission(config.backlogMax);
    backlogMax.set(config.backlogMax);
    this.keys = new GroupCommit({
      insert: (keys, giveUpAtMs) => this.readRecords(keys, giveUpAtMs),
      clock,
      groupMax: config.acceptGroupMax,
      waitingMax: config.acceptQueueMax,
      patienceMs: config.acceptRetryMs,
    });
  }

  /** Whether new payments are admitted now. */
  get open(): boolean {
    return this.admission.open;
  }

  /** Admits `count` new payments, all or none. The caller must report each of them to `settled`. */
  admit(count: number): boolean {
    return this.admission.admit(count);
  }

  /** Admits payments that were admitted before, without a check: a batch that is completed. */
  reserve(count: number): void {
    this.admission.reserve(count);
  }

  /** @param stored how many of the `count` admitted payments are stored now, or may be. */
  settled(count: number, stored: number): void {
    this.admission.settled(count, stored);
  }

  /**
   * The payment under the key of a refused request.
   * @throws Problem BACKLOG_FULL when there is none · TOO_BUSY · UNAVAILABLE
   */
  async known(idempotencyKey: string): Promise<PaymentRecord> {
    return (await this.find(idempotencyKey)) ?? this.refuse(1);
  }

  /** The payment under this key; null: there is none. @throws Problem TOO_BUSY · UNAVAILABLE */
  find(idempotencyKey: string): Promise<PaymentRecord | null> {
    return this.keys.submit(idempotencyKey);
  }

  /** @throws Problem BACKLOG_FULL, always. @param count payments that were refused. */
  refuse(count: number): never {
    refusedTotal.inc({ reason: 'backlog' });
    throw new Problem('BACKLOG_FULL', undefined, {
      retryAfterSeconds: this.admission.comeBackSeconds(count),
    });
  }

  /**
   * Called every `backlogLookMs`. A failed measurement changes nothing: payments admitted since the
   * last one still count.
   */
  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    const wasOpen = this.open;
    try {
      const mark = this.admission.lookBegins(this.deps.clock.now());
      const seen = await this.deps.measure(this.from);
      this.admission.looked(mark, seen.pending);
      // After a replacement of the server the database may be older than before: then nothing is
      // known.
      this.from = seen.newest < this.from ? 0 : (seen.oldest ?? seen.newest);
      backlogGauge.set(seen.pending);
      backlogAge.set(seen.oldestAgeSeconds);
      measureDependencies({ postgres: true });
    } catch (error) {
      measureDependencies({ postgres: false });
      // Other modules report that PostgreSQL is unavailable. Any other error would silently leave
      // the limit to local counts.
      this.deps.logger[isTransient(error) ? 'debug' : 'warn'](
        { err: error },
        'cannot measure the backlog; retrying at the next interval',
      );
    } finally {
      this.looking = false;
    }
    if (wasOpen !== this.open)
      this.deps.logger.warn(
        { load: this.admission.load, open: this.open },
        'the backlog reached or left its bound',
      );
  }

  private async readRecords(
    keys: readonly string[],
    giveUpAtMs: number,
  ): Promise<(PaymentRecord | null)[]> {
    const rows = await retryAtMost(() => this.deps.byKey(keys), {
      clock: this.deps.clock,
      giveUpAtMs,
    });
    const found = new Map(rows.map((row) => [row.idempotencyKey, row]));
    return keys.map((key) => found.get(key) ?? null);
  }
}
