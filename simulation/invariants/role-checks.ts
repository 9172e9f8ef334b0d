/**
 * Checks of replicas: a term has one leader (I3), and a leader stops when it must, and only then
 * (I8).
 */
import type { RoleState } from '../../payments/core/role.js';
import type { Leadership } from '../../shared/contracts/leadership.js';
import type { Breaches, CheckResult } from './breaches.js';

const isAllowed = (
  { id, role, term: known }: RoleState,
  term: number,
  wasRefused: boolean,
  what: string,
): CheckResult => {
  if (role === 'standby' && known === term && !wasRefused)
    return `${id} starts ${what} in term ${term} without leading it`;
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

export class RoleChecks {
  private readonly begun = new Map<number, string>();
  private readonly refusals = new Set<string>();

  constructor(
    private readonly breaches: Breaches,
    private readonly leadership: () => Leadership,
  ) {}

  /** A replica begins to lead. */
  noteBegin(id: string, bootId: string, term: number): void {
    const row = this.leadership();
    const before = this.begun.get(term);
    if (before !== undefined)
      this.breaches.require('I3', `${bootId} begins term ${term}, which ${before} had begun`);
    if (row.term === term && row.bootId !== bootId)
      this.breaches.require('I3', `${bootId} begins term ${term} of ${row.bootId}`);
    if (row.term < term)
      this.breaches.require('I3', `${id} begins term ${term}, but the row has term ${row.term}`);
    this.begun.set(term, bootId);
  }

  /** A replica learns that a statement of this term was refused. */
  wasRefused({ bootId }: RoleState, term: number): void {
    this.refusals.add(`${bootId}/${term}`);
  }

  /** A call of the gateway, a commit or a deferral starts. */
  starts(role: RoleState, term: number, what: string): void {
    const wasRefused = this.refusals.size > 0 && this.refusals.has(`${role.bootId}/${term}`);
    this.breaches.require('I8', isAllowed(role, term, wasRefused, what));
  }

  /** Work on a parcel begins. @param finishing whether the leader has begun to stand down. */
  takes(id: string, term: number, finishing: boolean): void {
    if (finishing)
      this.breaches.require('I8', `${id} takes a new parcel in term ${term} while it stands down`);
  }

  checkStop(role: RoleState, term: number): void {
    this.breaches.require('I8', hasReason(role, term, this.refusals.has(`${role.bootId}/${term}`)));
  }
}
