/**
 * The tables `leadership`, `vote`, `election` and `replica`, and the functions `vote_and_elect` and
 * `move_leadership` of the migration: the row changes only by compare-and-set on the observed term,
 * and the database's clock decides which votes are fresh.
 */
import type { AdminState, Leadership } from '../../shared/contracts/leadership.js';
import type { Candidate } from '../../monitor/core/effects.js';
import type { Checks } from '../invariants/checks.js';
import type { Rules } from '../rules.js';
import type { Vote } from './records.js';
import type { World } from './world.js';

/** A change of leadership that a monitor requests. */
export interface LeadershipChange {
  monitor: string;
  term: number;
  kind: string;
  candidate: Candidate | null;
}

export interface SimulatedVoteAnswer {
  votes: number;
  elected: boolean;
  leadership: Leadership;
}

/** No code here compares times of the database. */
const ELECTED_AT = '2026-01-01T00:00:00.000Z';

export class LeadershipTable {
  row: Leadership = {
    partition: 0,
    term: 0,
    leader: null,
    bootId: null,
    reason: 'no leader was elected yet',
    electedAt: ELECTED_AT,
  };
  readonly admin: Record<string, AdminState> = {};
  private votes: Vote[] = [];

  constructor(
    private readonly world: World,
    private readonly rules: Rules,
    private readonly monitors: readonly string[],
    private readonly freshMs: number,
    private readonly checks: Checks,
  ) {}

  /** Vote, count and election in one statement. */
  voteAndElect(change: LeadershipChange): SimulatedVoteAnswer {
    if (!this.rules.isObservedTerm(this.row, change.term))
      return { votes: 0, elected: false, leadership: this.row };
    this.cast({ monitor: change.monitor, term: change.term, castMs: this.world.nowMs });
    const counted = this.votes.filter((vote) =>
      this.rules.isCounted(vote, change.term, this.world.nowMs, this.freshMs),
    );
    const votes = counted.filter(({ monitor }) => this.monitors.includes(monitor)).length;
    const enough =
      votes >=
      this.rules.votesNeeded(
        this.monitors.length,
        new Set(this.votes.map(({ monitor }) => monitor)).size,
      );
    const elected =
      enough && change.candidate !== null && this.elect(change, change.candidate, counted) !== null;
    return { votes, elected, leadership: this.row };
  }

  /**
   * A planned hand-over, without a vote. @returns null when the term had moved, or the candidate is
   * not ready.
   */
  move(change: LeadershipChange & { candidate: Candidate }): Leadership | null {
    return this.elect(change, change.candidate, null);
  }

  private cast(vote: Vote): void {
    this.checks.elections.checkVote(vote);
    if (this.rules.oneVoteEach)
      this.votes = this.votes.filter(({ monitor }) => monitor !== vote.monitor);
    this.votes.push(vote);
  }

  /** move_leadership, with the two checks it makes. @param votes null: a planned hand-over. */
  private elect(
    { monitor, term, kind }: LeadershipChange,
    candidate: Candidate,
    votes: readonly Vote[] | null,
  ): Leadership | null {
    if (!this.rules.isObservedTerm(this.row, term)) return null;
    if (!this.rules.mayBeElected(this.admin[candidate.id] ?? 'ready')) return null;
    const next = this.rules.nextTerm(this.row, term, kind);
    const row = {
      ...this.row,
      term: next,
      leader: candidate.id,
      bootId: candidate.bootId,
      reason: kind,
    };
    this.checks.elections.checkElection(
      this.row,
      row,
      votes === null,
      this.admin[candidate.id] ?? 'ready',
    );
    this.world.log?.('postgres', `term ${next}: ${candidate.id} leads (${kind}, by ${monitor})`);
    this.row = row;
    this.votes = [];
    return row;
  }
}
