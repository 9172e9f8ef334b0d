/**
 * Checks of monitors: a term grows by one (I3), a majority of fresh votes elects, no replica in
 * maintenance is elected, a monitor in doubt does not act, and lateness alone deposes no leader.
 */
import type { AdminState, Leadership } from '../../shared/contracts/leadership.js';
import type { Vote } from '../model/records.js';
import type { Breaches, CheckResult } from './breaches.js';

const termGrows = (before: Leadership, after: Leadership): CheckResult =>
  after.term === before.term + 1 ? null : `term ${before.term} is followed by ${after.term}`;

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

export class ElectionChecks {
  /** Most hand-overs other than planned ones. */
  handoversMax = Infinity;
  /** How long silence cannot depose a new leader, ms. */
  graceMs = 0;
  /** Whether the process of this boot id still runs. */
  runs: (bootId: string) => boolean = () => true;
  /** How long a replica has been silent, in runs where only late replicas are silent. */
  frozenForMs: (replica: string) => number = () => 0;
  private handovers = 0;
  private electedMs = -Infinity;
  private readonly ballots = new Map<string, Vote>();

  constructor(
    private readonly breaches: Breaches,
    private readonly nowMs: () => number,
    private readonly monitors: number,
    private readonly freshMs: number,
  ) {}

  checkVote(vote: Vote): void {
    this.ballots.set(vote.monitor, vote);
  }

  checkElection(before: Leadership, after: Leadership, planned: boolean, admin: AdminState): void {
    this.breaches.require('I3', termGrows(before, after));
    if (admin !== 'ready')
      this.breaches.require('maintenance', `${after.leader} is elected in ${admin}`);
    const tookMs = this.nowMs() - this.electedMs;
    this.electedMs = this.nowMs();
    if (planned) return;
    if (before.leader !== null) this.checkHandover(before, after.reason, tookMs);
    this.breaches.require(
      'calm',
      isAwake(after.leader ?? '', this.frozenForMs(after.leader ?? ''), this.graceMs),
    );
    const oldestMs = this.nowMs() - this.freshMs;
    const fresh = [...this.ballots.values()].filter(
      ({ term, castMs }) => term === before.term && castMs > oldestMs,
    ).length;
    const needed = Math.floor(this.monitors / 2) + 1;
    const text = `${after.leader} is elected with ${fresh} fresh votes of ${this.monitors} monitors, ${needed} are needed`;
    if (fresh < needed) this.breaches.require('quorum', text);
  }

  private checkHandover({ leader, bootId }: Leadership, kind: string, tookMs: number): void {
    this.handovers += 1;
    // A leader that died has lost nothing, whichever sign of its death the monitors noticed.
    if (this.runs(bootId ?? ''))
      this.breaches.require('calm', hadTime(leader, kind, tookMs, this.graceMs));
    const text = `hand-over ${this.handovers} (${kind} of ${leader}), although all are only late and ${this.handoversMax} were killed`;
    if (this.handovers > this.handoversMax) this.breaches.require('calm', text);
  }

  /**
   * A monitor votes or moves the term. @param awakeMs time since it was late, or its clock jumped.
   */
  checkAction(monitor: string, awakeMs: number, doubtForMs: number): void {
    if (awakeMs < doubtForMs)
      this.breaches.require(
        'doubt',
        `${monitor} acts ${awakeMs} ms after it was late or its clock jumped`,
      );
  }
}
