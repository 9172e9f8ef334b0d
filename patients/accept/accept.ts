/**
 * Durable accept (I2): a payment is accepted when its row is committed, and not before. Rows are
 * inserted in groups (group-commit.ts) over one connection. While PostgreSQL is unavailable the
 * same insert is retried; a retry is safe, because only this instance can have inserted a row with
 * its id. New rows are enqueued without delaying the response. Other modules decide how to answer a
 * known key. A payment whose patient row another session locks is refused with UNAVAILABLE; the
 * others of its group are accepted.
 */
import type { Clock } from '../../shared/clock.js';
import { Problem, toDatabaseProblem } from '../../shared/errors.js';
import type { NewPayment } from '../../shared/postgres/ledger.js';
import { isLockTimeout, type Queryable } from '../../shared/postgres/postgres.js';
import { differentTraces } from '../../shared/observability/traceparent.js';
import { tracing, type Tracing } from '../../shared/observability/tracing.js';
import type { PatientsConfig } from '../config.js';
import { toAcceptedRecord, type PaymentRecord } from '../core/payment-record.js';
import type { Dispatch } from './dispatch.js';
import { GroupCommit } from './group-commit.js';
import { acceptedTotal, acceptGroupSize, acceptSeconds, acceptWaiting } from '../metrics.js';
import { paymentsByKey } from '../records/payment-rows.js';
import { retryAtMost, retryUntil } from './retry-until.js';
import { WaryInsert, type Inserted } from './wary-insert.js';

export interface AcceptDeps {
  /** One connection, for inserts only. */
  inserts: Queryable;
  reads: Queryable;
  dispatch: Dispatch;
  clock: Clock;
  config: Pick<PatientsConfig, 'id' | 'acceptGroupMax' | 'acceptQueueMax' | 'acceptRetryMs'>;
}

interface Submission {
  payment: NewPayment;
  traceparent?: string;
  /** Whether an earlier insert of this payment failed without a known result. */
  isUnknown?: boolean;
}

/**
 * The row under the payment's key, new or earlier; null when there is none: no such patient, or its
 * bill has less left to pay.
 */
export type AcceptResult = PaymentRecord | null;

export interface Acceptor {
  /**
   * @throws Problem TOO_BUSY · UNAVAILABLE (the row may exist or not: repeat the request with the
   *   same key).
   */
  accept(submission: Submission): Promise<AcceptResult>;
  /** Part of a batch: at most one group at a time. @throws Problem UNAVAILABLE. */
  acceptPart(payments: readonly NewPayment[], traceparent?: string): Promise<AcceptResult[]>;
  /** Whether PostgreSQL has not answered an insert for a second. */
  isSilent(): boolean;
  /** Ends the patience: while PostgreSQL is silent, waiting payments are rejected at once. */
  release(): void;
}

export const PARTITION = 0;

const getTraces = (group: readonly Submission[]): string[] =>
  differentTraces(group.map(({ traceparent }) => traceparent));

/** Records the statement as a span in the traces of the requests that it serves. */
async function withTrace<T>(
  to: Tracing,
  group: readonly Submission[],
  insert: () => Promise<T>,
): Promise<T> {
  const parents = getTraces(group);
  const span =
    parents.length > 0
      ? to.begin({ name: 'accept', parents, attributes: { 'relevo.payments': group.length } })
      : undefined;
  try {
    const inserted = await insert();
    span?.end();
    return inserted;
  } catch (error) {
    span?.end({}, error);
    throw error;
  }
}

type ByKey = Map<string, PaymentRecord>;

/**
 * The statement that met the lock was rolled back, so nothing was inserted under this key and
 * nothing will be.
 */
const createLockedOutProblem = (): Problem =>
  new Problem(
    'UNAVAILABLE',
    'Another session keeps the record of this patient locked; repeat the request',
    { retryAfterSeconds: 1 },
  );

/**
 * The existing row under the key of a payment that was not inserted; null when there is none.
 * @throws Problem UNAVAILABLE for a lock, and after an insert with an unknown result: that
 *   statement may still run, so that a refusal would not be final.
 */
function notInserted(
  { payment: { id, idempotencyKey }, isUnknown }: Submission,
  byKey: ByKey,
  locked: ReadonlySet<string>,
): AcceptResult {
  const known = byKey.get(idempotencyKey) ?? null;
  if (known === null && locked.has(id)) throw createLockedOutProblem();
  if (known === null && isUnknown === true) throw toDatabaseProblem(undefined);
  return known;
}

class Inserter {
  private readonly wary: WaryInsert;

  constructor(private readonly deps: AcceptDeps) {
    this.wary = new WaryInsert(deps.inserts, deps.config.id);
  }

  async insert(
    group: readonly Submission[],
    giveUpAtMs: number,
  ): Promise<(AcceptResult | Promise<AcceptResult>)[]> {
    const payments = group.map(({ payment }) => payment);
    const insert = (): Promise<Inserted> =>
      retryUntil(() => this.attempt(group, payments), { clock: this.deps.clock, giveUpAtMs });
    const inserted = await (tracing ? withTrace(tracing, group, insert) : insert());
    acceptGroupSize.observe(group.length);
    this.dispatch(
      inserted.rows.map(({ id }) => id),
      group,
    );
    const rows = new Map(inserted.rows.map((row) => [row.id, row]));
    const missing = payments.filter(({ id }) => !rows.has(id));
    const found = missing.length > 0 ? this.lookUp(missing, group, giveUpAtMs) : undefined;
    return group.map((submission) => {
      const { payment } = submission;
      const row = rows.get(payment.id);
      if (row) return toAcceptedRecord(payment, row, this.deps.config.id);
      return found?.then((byKey) => notInserted(submission, byKey, inserted.locked)) ?? null;
    });
  }

  private async attempt(
    group: readonly Submission[],
    payments: readonly NewPayment[],
  ): Promise<Inserted> {
    try {
      return await this.wary.insert(PARTITION, payments);
    } catch (error) {
      if (!isLockTimeout(error)) for (const submission of group) submission.isUnknown = true;
      throw error;
    }
  }

  /**
   * Runs on another connection than the inserts, so that the next group does not wait for this
   * read.
   */
  private async lookUp(
    missing: readonly NewPayment[],
    group: readonly Submission[],
    giveUpAtMs: number,
  ): Promise<ByKey> {
    const keys = missing.map((payment) => payment.idempotencyKey);
    const rows = await retryAtMost(() => paymentsByKey(this.deps.reads, keys), {
      clock: this.deps.clock,
      giveUpAtMs,
    });
    const ids = new Set(missing.map(({ id }) => id));
    // An earlier attempt inserted these rows, and its answer was lost.
    this.dispatch(
      rows.filter(({ id, status }) => ids.has(id) && status === 'PENDING').map(({ id }) => id),
      group,
    );
    return new Map(rows.map((row) => [row.idempotencyKey, row]));
  }

  private dispatch(ids: readonly string[], group: readonly Submission[]): void {
    if (ids.length === 0) return;
    acceptedTotal.inc(ids.length);
    this.deps.dispatch.send(ids, getTraces(group));
  }
}

export function createAcceptor(deps: AcceptDeps): Acceptor {
  const { clock, config } = deps;
  const inserter = new Inserter(deps);
  const groups = new GroupCommit<Submission, AcceptResult>({
    insert: (rows, giveUpAtMs) => inserter.insert(rows, giveUpAtMs),
    clock,
    groupMax: config.acceptGroupMax,
    waitingMax: config.acceptQueueMax,
    patienceMs: config.acceptRetryMs,
  });
  const measureWaiting = async <T>(count: number, result: Promise<T>): Promise<T> => {
    const since = clock.now();
    acceptWaiting.inc(count);
    try {
      return await result;
    } finally {
      acceptWaiting.dec(count);
      acceptSeconds.observe((clock.now() - since) / 1000);
    }
  };
  return {
    accept: (submission) => measureWaiting(1, groups.submit(submission)),
    acceptPart: (payments, traceparent) =>
      measureWaiting(
        payments.length,
        groups.admit(
          payments.map((payment) =>
            traceparent === undefined ? { payment } : { payment, traceparent },
          ),
        ),
      ),
    isSilent: () => groups.isSilent,
    release: () => groups.endPatience(),
  };
}
