/**
 * The table `payment` and the statements of shared/postgres/ledger.ts, each with the guards of its
 * SQL: the unique key, the fence in the same statement, "a final status never changes", `afterSeq`,
 * overdue payments. One statement is atomic: it takes effect whole or not at all.
 */
import type {
  FencingToken,
  LoadQuery,
  Outcome,
  Deferral,
  PendingPayment,
} from '../../shared/postgres/ledger.js';
import type { OperationKind, PaymentKind } from '../../shared/contracts/payment.js';
import type { OperationFacts } from '../../shared/core/operation-rules.js';
import type { Checks } from '../invariants/checks.js';
import type { Rules } from '../rules.js';
import type { LeadershipTable } from './leadership-table.js';
import { Unwritable } from './unwritable.js';
import type { AttemptResult, SimulatedRow, SimulatedWrite } from './records.js';
import type { World } from './world.js';

export interface NewRow {
  id: string;
  key: string;
  patientId: string;
  /** Absent: a charge. */
  kind?: PaymentKind | undefined;
  /** The key of the charge or authorization of an operation. */
  ofKey?: string | undefined;
  /** Default: AMOUNT_MINOR. */
  amountMinor?: number | undefined;
}

export const AMOUNT_MINOR = 1_500;
const toFacts = ({ kind, amountMinor, status }: SimulatedRow): OperationFacts => ({
  kind,
  amountMinor,
  hasSucceeded: status === 'SUCCEEDED',
});
const NOT_HELD: SimulatedWrite = { held: false, ids: [] };
const bySeq = (a: SimulatedRow, b: SimulatedRow): number => a.seq - b.seq;

export class PaymentTable {
  readonly rows = new Map<string, SimulatedRow>();
  readonly byKey = new Map<string, SimulatedRow>();
  readonly byPatient = new Map<string, SimulatedRow[]>();
  /** Final payments that are listed as pending. */
  readonly strays = new Set<string>();
  /** Payments that cannot be written now. */
  readonly unwritable = new Unwritable();
  pending = 0;
  private seq = 0;

  constructor(
    private readonly world: World,
    private readonly rules: Rules,
    private readonly leadership: LeadershipTable,
    private readonly checks: Checks,
  ) {}

  /**
   * @returns the inserted ids; the keys of the others exist already, or their payment does not
   *   allow the operation.
   */
  accept(payments: readonly NewRow[]): string[] {
    const inserted: string[] = [];
    for (const { id, key, patientId, kind = 'charge', ofKey, ...rest } of payments) {
      if (this.rows.has(id) || (this.byKey.has(key) && this.rules.keysAreUnique)) continue;
      const amountMinor = rest.amountMinor ?? AMOUNT_MINOR;
      const root = ofKey === undefined ? null : (this.byKey.get(ofKey) ?? null);
      if (ofKey !== undefined && !this.isAllowed(kind as OperationKind, amountMinor, root))
        continue;
      this.seq += 1;
      const row: SimulatedRow = {
        id,
        seq: this.seq,
        key,
        patientId,
        acceptedMs: this.world.nowMs,
        kind,
        of: root?.id ?? null,
        amountMinor,
        cancelRequested: false,
        status: 'PENDING',
        attempts: 0,
        nextAttemptMs: null,
        failingSinceMs: null,
        term: null,
        processedBy: null,
      };
      this.checks.payments.checkAccepted(row, this.byKey.get(key));
      this.insert(row);
      inserted.push(id);
    }
    return inserted;
  }

  /** Trigger payment_operation_is_due. */
  private isAllowed(kind: OperationKind, amountMinor: number, root: SimulatedRow | null): boolean {
    if (root === null) return false;
    const operations = [...this.rows.values()].filter(
      ({ of, status }) => of === root.id && (status === 'PENDING' || status === 'SUCCEEDED'),
    );
    const asked = { kind, amountMinor };
    return this.rules.judgeOperation(asked, toFacts(root), operations.map(toFacts)) === null;
  }

  /** cancel: marks a pending payment and makes it due. @returns whether there is such a payment. */
  requestCancellation(key: string): boolean {
    const row = this.byKey.get(key);
    if (row?.status !== 'PENDING') return row !== undefined;
    row.cancelRequested = true;
    row.nextAttemptMs = Math.min(row.nextAttemptMs ?? Infinity, this.world.nowMs);
    return true;
  }

  load({ ids, limit, afterSeq }: LoadQuery): PendingPayment[] {
    const throughSeqs = new Map<string, number>();
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row?.status === 'PENDING')
        throughSeqs.set(row.patientId, Math.max(row.seq, throughSeqs.get(row.patientId) ?? 0));
    }
    const found: SimulatedRow[] = [];
    for (const [patientId, last] of throughSeqs) {
      const after = afterSeq.get(patientId) ?? 0;
      for (const row of this.byPatient.get(patientId) ?? []) {
        if (
          row.status === 'PENDING' &&
          row.seq > after &&
          row.seq <= last &&
          this.rules.isLoaded(row.id, ids)
        )
          found.push(row);
      }
    }
    return found
      .sort(bySeq)
      .slice(0, limit)
      .map((row) => this.asPending(row));
  }

  holds(token: FencingToken): boolean {
    return this.rules.fence(this.leadership.row, token);
  }

  /** A commit or a deferral, if the rows can be written. @see payments/attempt-write.ts */
  attempt(
    token: FencingToken,
    payments: readonly { id: string }[],
    run: () => SimulatedWrite,
  ): AttemptResult {
    const ids = payments
      .map(({ id }) => id)
      .filter((id) => this.rows.get(id)?.status === 'PENDING');
    const obstacle = this.holds(token) ? this.unwritable.among(ids) : null;
    if (obstacle)
      this.world.log?.(
        'postgres',
        `does not write ${ids.join(', ')}: ${Object.entries(obstacle).join(' ')}`,
      );
    return obstacle ?? { written: run() };
  }

  /** commit: the fence, "still pending" and the change in one statement. */
  commit(token: FencingToken, outcomes: readonly Outcome[], isFenced = true): SimulatedWrite {
    if (isFenced && !this.holds(token)) return NOT_HELD;
    const ids: string[] = [];
    for (const { id, status, attempts } of outcomes) {
      const row = this.rows.get(id);
      if (!row || !this.rules.mayGetStatus(row)) continue;
      this.checks.payments.checkFinalised(row, status, token);
      this.checks.payments.countsAttempts(id, attempts);
      if (row.status === 'PENDING') this.pending -= 1;
      Object.assign(row, {
        status,
        attempts,
        term: token.term,
        processedBy: token.leader,
        nextAttemptMs: null,
      });
      ids.push(id);
    }
    return { held: true, ids };
  }

  defer(token: FencingToken, deferrals: readonly Deferral[]): SimulatedWrite {
    if (!this.rules.fenceOfDeferral(this.leadership.row, token)) return NOT_HELD;
    const ids: string[] = [];
    for (const { id, attempts, waitMs, lastError, cancelling } of deferrals) {
      const row = this.rows.get(id);
      if (row?.status !== 'PENDING') continue;
      this.checks.payments.checkDeferral(row, token);
      this.checks.payments.countsAttempts(id, attempts);
      if (lastError !== null) row.failingSinceMs ??= this.world.nowMs;
      row.attempts = attempts;
      const isNewMark = row.cancelRequested && cancelling !== true;
      row.nextAttemptMs = this.world.nowMs + (isNewMark ? 0 : Math.floor(waitMs));
      ids.push(id);
    }
    return { held: true, ids };
  }

  /**
   * Pending and in no parcel, oldest first: up to `throughSeq` and older than the grace period, or
   * due again.
   */
  overdue(throughSeq: number | null, graceMs: number): string[] {
    const { nowMs } = this.world;
    const found: string[] = [];
    for (const row of this.rows.values()) {
      if (row.status !== 'PENDING' && !this.strays.has(row.id)) continue;
      const forgotten =
        row.nextAttemptMs === null &&
        (throughSeq === null || row.seq <= throughSeq) &&
        row.acceptedMs <= nowMs - graceMs;
      if (forgotten || (row.nextAttemptMs !== null && row.nextAttemptMs <= nowMs))
        found.push(row.id);
    }
    return found; // A map keeps the order of insertion, which is that of `seq`.
  }

  private insert(row: SimulatedRow): void {
    this.rows.set(row.id, row);
    this.byKey.set(row.key, row);
    const ofPatient = this.byPatient.get(row.patientId);
    if (ofPatient) ofPatient.push(row);
    else this.byPatient.set(row.patientId, [row]);
    this.pending += 1;
  }

  private asPending({
    id,
    seq,
    patientId,
    attempts,
    nextAttemptMs,
    failingSinceMs,
    kind,
    of: ofPayment,
    amountMinor,
    cancelRequested,
  }: SimulatedRow): PendingPayment {
    const { nowMs } = this.world;
    const waitMs = nextAttemptMs === null ? 0 : Math.max(0, nextAttemptMs - nowMs);
    const failingMs = failingSinceMs === null ? 0 : nowMs - failingSinceMs;
    const order = { amountMinor, currency: 'USD', kind, ofPayment, cancelRequested };
    return { id, seq, patientId, ...order, attempts, failingMs, waitMs };
  }
}
