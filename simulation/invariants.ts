/**
 * Invariants, checked at every step: I1 to I8 of the design, and the promises of the monitor's
 * page. Each rule is one small function that returns a violation as text, or null. `Checks` records
 * events by itself and never asks the system under test for its state: a rule must not share a
 * mistake with the code it judges.
 */
import type { AdminState, Leadership } from '../shared/contracts/leadership.js';
import type { FinalStatus } from '../shared/contracts/payment.js';
import type { FencingToken } from '../shared/postgres/ledger.js';
import type { RoleState } from '../payments/core/role.js';
import { Attempts } from './attempts.js';
import type { QueueJob, SimulatedRow, Vote } from './model/records.js';

export const RULE_TEXTS = {
  I1: 'one outcome',
  I2: 'accepted means durable',
  I3: 'a term is used once, grows, and has one leader',
  I4: 'nothing is written under a stale term',
  I5: 'the queue may lose all its data',
  I6: 'charged once, and as recorded',
  I7: 'order, after a hand-over and after a retry',
  I8: 'stop when unsure, and only then',
  quorum: 'a majority of the configured monitors deposes a leader',
  patience:
    'a payment is given up only after a long failure, and only calls that were made count as attempts',
  maintenance: 'a replica that is drained or in maintenance is never elected',
  doubt: 'a monitor that was late, or whose clock jumped, observes and does not act',
  calm: 'while everything is only late: as many hand-overs as kills, and time for each new leader',
  liveness: 'when faults stop, one replica leads and every payment is final',
  fair: 'a due payment does not wait while later ones of its patient are in work',
  restraint: 'the relay does not enqueue without effect as fast as it can',
  crash: 'the code under test does not throw',
} as const;
export type RuleName = keyof typeof RULE_TEXTS;

export interface Breach {
  rule: RuleName;
  text: string;
}

type CheckResult = string | null;

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

const termGrows = (before: Leadership, after: Leadership): CheckResult =>
  after.term === before.term + 1 ? null : `term ${before.term} is followed by ${after.term}`;

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
  status !== 'FAILED' || failingMs >= giveUpAfterMs
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

/**
 * @param fetchedAt when the earlier leader fetched each job, in the order in which the jobs were
 *   returned.
 */
const oldestIsPutBackLast = (fetchedAt: readonly number[]): CheckResult =>
  fetchedAt.every((at, index) => index === 0 || at < (fetchedAt[index - 1] as number))
    ? null
    : 'interrupted parcels are returned in the wrong order';

/** @param tookMs since the previous election. */
const hadTime = (
  leader: string | null,
  kind: string,
  tookMs: number,
  leastMs: number,
): CheckResult =>
  (kind === 'freeze' || kind === 'ping') && tookMs < leastMs
    ? `${leader} is deposed (${kind}) ${tookMs} ms after its election`
    : null;

const isAwake = (leader: string, frozenMs: number, mostMs: number): CheckResult =>
  frozenMs > mostMs ? `${leader} is elected, although it was silent for ${frozenMs} ms` : null;

const isAllowed = (
  { id, term: known }: RoleState,
  term: number,
  wasRefused: boolean,
  what: string,
): CheckResult => {
  if (known > term) return `${id} starts ${what} in term ${term} although it knows term ${known}`;
  return wasRefused ? `${id} starts ${what} in term ${term} although its commit was refused` : null;
};

const hasReason = (
  { id, term: known }: RoleState,
  term: number,
  wasRefused: boolean,
): CheckResult =>
  known > term || wasRefused
    ? null
    : `${id} stops leading in term ${term} although nothing was refused and no higher term is known`;

export class Checks {
  breach: Breach | null = null;
  leadership: () => Leadership = () => {
    throw new Error('not wired');
  };
  rows: ReadonlyMap<string, SimulatedRow> = new Map();
  byKey: ReadonlyMap<string, SimulatedRow> = new Map();
  byPatient: ReadonlyMap<string, readonly SimulatedRow[]> = new Map();
  /** How often the queue lost data or was unavailable. */
  queueFailures = 0;
  /**
   * Most hand-overs other than planned ones; and how long silence cannot depose a new leader, in
   * ms.
   */
  handoversMax = Infinity;
  graceMs = 0;
  /** Whether the process of this boot id still runs. */
  runs: (bootId: string) => boolean = () => true;
  /** How long a replica has been silent, in runs where only late replicas are silent. */
  frozenForMs: (replica: string) => number = () => 0;
  private handovers = 0;
  private electedMs = -Infinity;
  private readonly begun = new Map<number, string>();
  private readonly refusals = new Set<string>();
  private readonly moved = new Set<string>();
  /** By payment: time of the first call of the gateway, and number of charges made. */
  private readonly firstAsked = new Map<string, number>();
  private readonly chargesMade = new Map<string, number>();
  private readonly ballots = new Map<string, Vote>();
  /** Jobs by id: the position of the last fetch of each among all fetches. */
  private readonly fetches = new Map<number, number>();
  private fetchCount = 0;
  private readonly attempts: Attempts;

  constructor(
    private readonly nowMs: () => number,
    private readonly monitors: number,
    private readonly freshMs: number,
    private readonly giveUpAfterMs: number,
  ) {
    this.attempts = new Attempts(nowMs);
  }

  require(rule: RuleName, wrong: CheckResult): void {
    if (wrong !== null) this.breach ??= { rule, text: wrong };
  }

  checkAccepted(row: SimulatedRow, before: SimulatedRow | undefined): void {
    this.require('I1', keyIsNew(row, before));
  }

  checkAcceptedAnswer(key: string): void {
    this.require('I2', isDurable(key, this.byKey.get(key)));
  }

  /** Called before the row changes. */
  checkFinalised(row: SimulatedRow, status: FinalStatus, token: FencingToken): void {
    this.require('I4', holdsLeadership(this.leadership(), token, `${row.id} ${status}`));
    this.require('I1', outcomeIsFirst(row, status));
    this.require('I6', matchesMoney(row, status, this.moved.has(row.id)));
    this.require('I7', isFirstOfPatient(row, this.byPatient.get(row.patientId) ?? []));
    const failingMs = this.nowMs() - (this.firstAsked.get(row.id) ?? this.nowMs());
    this.require('patience', hasFailedForLong(row, status, failingMs, this.giveUpAfterMs));
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
    this.require('patience', isCountOfCalls(payment, attempts, this.chargesMade.get(payment) ?? 0));
  }

  /** A charge of this payment starts. */
  charges(id: string, term: number): void {
    const row = this.rows.get(id);
    if (row)
      this.require(
        'fair',
        this.attempts.charges(row, this.byPatient.get(row.patientId) ?? [], term),
      );
  }

  /** The relay enqueues these payments again. */
  putsBack(ids: readonly string[], term: number): void {
    this.require('restraint', this.attempts.putsBack(ids, term));
  }

  checkDeferral(row: SimulatedRow, token: FencingToken): void {
    this.attempts.noteDeferral(row, token.term);
    this.require('I4', holdsLeadership(this.leadership(), token, `a delay of ${row.id}`));
  }

  checkAnnouncement(id: string, status: FinalStatus): void {
    this.require('I1', isWritten(id, status, this.rows.get(id)));
  }

  moneyMoved(payment: string): void {
    const status = this.rows.get(payment)?.status;
    if (this.moved.has(payment)) this.require('I6', `${payment} is charged twice`);
    if (status !== 'PENDING')
      this.require('I6', `${payment} is charged although it is ${status ?? 'not accepted'}`);
    this.moved.add(payment);
  }

  checkVote(vote: Vote): void {
    this.ballots.set(vote.monitor, vote);
  }

  checkElection(before: Leadership, after: Leadership, planned: boolean, admin: AdminState): void {
    this.require('I3', termGrows(before, after));
    if (admin !== 'ready') this.require('maintenance', `${after.leader} is elected in ${admin}`);
    const tookMs = this.nowMs() - this.electedMs;
    this.electedMs = this.nowMs();
    if (planned) return;
    if (before.leader !== null) this.checkHandover(before, after.reason, tookMs);
    this.require(
      'calm',
      isAwake(after.leader ?? '', this.frozenForMs(after.leader ?? ''), this.graceMs),
    );
    const oldestMs = this.nowMs() - this.freshMs;
    const fresh = [...this.ballots.values()].filter(
      ({ term, castMs }) => term === before.term && castMs > oldestMs,
    ).length;
    const needed = Math.floor(this.monitors / 2) + 1;
    const text = `${after.leader} is elected with ${fresh} fresh votes of ${this.monitors} monitors, ${needed} are needed`;
    if (fresh < needed) this.require('quorum', text);
  }

  private checkHandover({ leader, bootId }: Leadership, kind: string, tookMs: number): void {
    this.handovers += 1;
    // A leader that died has lost nothing, whichever sign of its death the monitors noticed.
    if (this.runs(bootId ?? '')) this.require('calm', hadTime(leader, kind, tookMs, this.graceMs));
    const text = `hand-over ${this.handovers} (${kind} of ${leader}), although all are only late and ${this.handoversMax} were killed`;
    if (this.handovers > this.handoversMax) this.require('calm', text);
  }

  /** A replica begins to lead. */
  noteBegin(id: string, bootId: string, term: number): void {
    const row = this.leadership();
    const before = this.begun.get(term);
    if (before !== undefined)
      this.require('I3', `${bootId} begins term ${term}, which ${before} had begun`);
    if (row.term === term && row.bootId !== bootId)
      this.require('I3', `${bootId} begins term ${term} of ${row.bootId}`);
    if (row.term < term)
      this.require('I3', `${id} begins term ${term}, but the row has term ${row.term}`);
    this.begun.set(term, bootId);
  }

  /** A replica learns that a statement of this term was refused. */
  wasRefused({ bootId }: RoleState, term: number): void {
    this.refusals.add(`${bootId}/${term}`);
  }

  /** A call of the gateway, a commit or a deferral starts. */
  starts(role: RoleState, term: number, what: string): void {
    const wasRefused = this.refusals.size > 0 && this.refusals.has(`${role.bootId}/${term}`);
    this.require('I8', isAllowed(role, term, wasRefused, what));
  }

  /** Work on a parcel begins. @param finishing whether the leader has begun to stand down. */
  takes(id: string, term: number, finishing: boolean): void {
    if (finishing)
      this.require('I8', `${id} takes a new parcel in term ${term} while it stands down`);
  }

  checkStop(role: RoleState, term: number): void {
    this.require('I8', hasReason(role, term, this.refusals.has(`${role.bootId}/${term}`)));
  }

  /**
   * A monitor votes or moves the term. @param awakeMs time since it was late, or its clock jumped.
   */
  checkAction(monitor: string, awakeMs: number, doubtForMs: number): void {
    if (awakeMs < doubtForMs)
      this.require('doubt', `${monitor} acts ${awakeMs} ms after it was late or its clock jumped`);
  }

  queueFailed(): void {
    this.queueFailures += 1;
  }

  checkFetch({ id }: QueueJob): void {
    this.fetchCount += 1;
    this.fetches.set(id, this.fetchCount);
  }

  /** @param moved ids returned to the front by a new leader, in that order. */
  checkReclaim(moved: readonly number[]): void {
    this.require('I7', oldestIsPutBackLast(moved.map((id) => this.fetches.get(id) ?? 0)));
  }

  /** The fetch position of each of these jobs. */
  stampsOf(jobs: readonly QueueJob[]): ReadonlyMap<number, number> {
    return new Map(jobs.map(({ id }) => [id, this.fetches.get(id) ?? 0]));
  }

  /**
   * A new leader begins to fetch. @param active jobs held now. @param before jobs held at its
   * election, with their fetch positions.
   */
  fetchesFirst(
    id: string,
    active: readonly QueueJob[],
    before: ReadonlyMap<number, number>,
    failures: number,
  ): void {
    if (this.queueFailures > failures) return;
    const left = active.find((job) => before.get(job.id) === this.fetches.get(job.id));
    if (left)
      this.require(
        'I7',
        `${id} fetches new parcels while job ${left.id} of the earlier leader is not reclaimed`,
      );
  }
}
