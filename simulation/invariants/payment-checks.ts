/**
 * Checks of payments: one durable row per key (I1, I2), one outcome under a current term (I4),
 * charged once and as recorded (I6), in the order of its patient (I7), operations within their
 * payment (I10). A payment is given up only after a long failure, and a due one does not wait for
 * later ones.
 */
import type { Leadership } from '../../shared/contracts/leadership.js';
import type { FinalStatus } from '../../shared/contracts/payment.js';
import type { FencingToken } from '../../shared/postgres/ledger.js';
import { Attempts } from '../attempts.js';
import type { SimulatedRow } from '../model/records.js';
import type { Breaches, CheckResult } from './breaches.js';
import { Books } from './books.js';

const outcomeIsFirst = (row: SimulatedRow, status: string): CheckResult =>
  row.status === 'PENDING' ? null : `${row.id} is ${row.status} and becomes ${status}`;

const keyIsNew = (row: SimulatedRow, before: SimulatedRow | undefined): CheckResult =>
  before === undefined ? null : `key ${row.key} has two rows, ${before.id} and ${row.id}`;

const isWritten = (id: string, said: string, row: SimulatedRow | undefined): CheckResult =>
  row?.status === said
    ? null
    : `${id} was announced as ${said}, its row has ${row?.status ?? 'no status'}`;

const isDurable = (key: string, row: SimulatedRow | undefined): CheckResult =>
  row ? null : `${key} was answered 2xx and has no row`;

const holdsLeadership = (
  row: Leadership,
  { term, leader }: FencingToken,
  what: string,
): CheckResult =>
  row.term === term && row.leader === leader
    ? null
    : `${leader} wrote ${what} under term ${term}; ${row.leader} leads in term ${row.term}`;

const matchesMoney = (row: SimulatedRow, status: FinalStatus, moved: boolean): CheckResult => {
  if ((status === 'SUCCEEDED') === moved) return null;
  return `${row.id} becomes ${status}, and the gateway ${moved ? 'has' : 'has not'} charged it`;
};

/** @param failingMs since the first call of the gateway for this payment. */
const hasFailedForLong = (
  row: SimulatedRow,
  status: FinalStatus,
  failingMs: number,
  giveUpAfterMs: number,
): CheckResult =>
  status !== 'FAILED' || failingMs >= giveUpAfterMs || row.cancelRequested
    ? null
    : `${row.id} is given up ${failingMs} ms after the first call`;

const isCountOfCalls = (id: string, attempts: number, made: number): CheckResult =>
  attempts <= made
    ? null
    : `${id} has ${attempts} attempts, but only ${made} charges of it were made`;

const isFirstOfPatient = (row: SimulatedRow, ofPatient: readonly SimulatedRow[]): CheckResult => {
  const earlier = ofPatient.find((other) => other.seq < row.seq && other.status === 'PENDING');
  return earlier ? `${row.id} is finished before ${earlier.id} of the same patient` : null;
};

export class PaymentChecks {
  rows: ReadonlyMap<string, SimulatedRow> = new Map();
  byKey: ReadonlyMap<string, SimulatedRow> = new Map();
  byPatient: ReadonlyMap<string, readonly SimulatedRow[]> = new Map();
  private readonly moved = new Set<string>();
  /** By payment: time of the first call of the gateway, and number of charges made. */
  private readonly firstAsked = new Map<string, number>();
  private readonly chargesMade = new Map<string, number>();
  /** The payments in work at a leader: its term, and since when. */
  private readonly inWork = new Map<string, { term: number; sinceMs: number }>();
  private readonly attempts: Attempts;
  /** Of the gateway and of the database. */
  private readonly moneyBooks = new Books('the gateway');
  private readonly rowBooks = new Books('the database');

  constructor(
    private readonly breaches: Breaches,
    private readonly nowMs: () => number,
    private readonly giveUpAfterMs: number,
    private readonly leadership: () => Leadership,
  ) {
    this.attempts = new Attempts(nowMs);
  }

  checkAccepted(row: SimulatedRow, before: SimulatedRow | undefined): void {
    this.breaches.require('I1', keyIsNew(row, before));
  }

  checkAcceptedAnswer(key: string): void {
    this.breaches.require('I2', isDurable(key, this.byKey.get(key)));
  }

  /** Called before the row changes. */
  checkFinalised(row: SimulatedRow, status: FinalStatus, token: FencingToken): void {
    this.inWork.delete(row.id);
    this.breaches.require('I4', holdsLeadership(this.leadership(), token, `${row.id} ${status}`));
    this.breaches.require('I1', outcomeIsFirst(row, status));
    this.breaches.require('I6', matchesMoney(row, status, this.moved.has(row.id)));
    this.breaches.require('I7', isFirstOfPatient(row, this.byPatient.get(row.patientId) ?? []));
    if (status === 'SUCCEEDED') this.breaches.require('I10', this.rowBooks.post(row));
    const failingMs = this.nowMs() - (this.firstAsked.get(row.id) ?? this.nowMs());
    this.breaches.require('patience', hasFailedForLong(row, status, failingMs, this.giveUpAfterMs));
  }

  /** The gateway receives a call for a payment. */
  asks(payment: string): void {
    if (!this.firstAsked.has(payment)) this.firstAsked.set(payment, this.nowMs());
  }

  /** A charge was made, whether or not its answer arrived. */
  checkAttempt(payment: string): void {
    this.chargesMade.set(payment, (this.chargesMade.get(payment) ?? 0) + 1);
  }

  /** This number of attempts is written. */
  countsAttempts(payment: string, attempts: number): void {
    this.breaches.require(
      'patience',
      isCountOfCalls(payment, attempts, this.chargesMade.get(payment) ?? 0),
    );
  }

  /** A successor charges before its term. @param listedMs when it knew the leader's payments. */
  chargesEarly(id: string, term: number, listedMs: number): void {
    const row = this.rows.get(id);
    const earlier = (this.byPatient.get(row?.patientId ?? '') ?? []).filter(
      ({ seq, status }) => row !== undefined && seq <= row.seq && status === 'PENDING',
    );
    for (const each of earlier) {
      const work = this.inWork.get(each.id);
      if (work && work.term === term && work.sinceMs < listedMs)
        this.breaches.require(
          'early',
          `${id} is charged early, and the leader works on ${each.id}`,
        );
    }
  }

  /** A leader no longer works on these payments. */
  leavesWork(ids: readonly string[]): void {
    for (const id of ids) this.inWork.delete(id);
  }

  /** A charge of this payment starts. */
  charges(id: string, term: number): void {
    this.inWork.set(id, { term, sinceMs: this.nowMs() });
    const row = this.rows.get(id);
    if (row)
      this.breaches.require(
        'fair',
        this.attempts.charges(row, this.byPatient.get(row.patientId) ?? [], term),
      );
  }

  /** The relay enqueues these payments again. */
  putsBack(ids: readonly string[], term: number): void {
    this.breaches.require('restraint', this.attempts.putsBack(ids, term));
  }

  checkDeferral(row: SimulatedRow, token: FencingToken): void {
    this.inWork.delete(row.id);
    this.attempts.noteDeferral(row, token.term);
    this.breaches.require('I4', holdsLeadership(this.leadership(), token, `a delay of ${row.id}`));
  }

  checkAnnouncement(id: string, status: FinalStatus): void {
    this.breaches.require('I1', isWritten(id, status, this.rows.get(id)));
  }

  moneyMoved(payment: string): void {
    const row = this.rows.get(payment);
    const status = row?.status;
    if (this.moved.has(payment)) this.breaches.require('I6', `${payment} is charged twice`);
    if (status !== 'PENDING')
      this.breaches.require(
        'I6',
        `${payment} is charged although it is ${status ?? 'not accepted'}`,
      );
    this.moved.add(payment);
    if (row) this.breaches.require('I10', this.moneyBooks.post(row));
  }
}
