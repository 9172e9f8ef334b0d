/**
 * The invariants, checked at every step, by kind. Each rule is one small function that returns a
 * violation as text, or null. The checks record events by themselves and never ask the system under
 * test for its state: a rule must not share a mistake with the code it judges.
 */
import type { Leadership } from '../../shared/contracts/leadership.js';
import { Breaches } from './breaches.js';
import { ElectionChecks } from './election-checks.js';
import { PaymentChecks } from './payment-checks.js';
import { QueueChecks } from './queue-checks.js';
import { RoleChecks } from './role-checks.js';

export class Checks extends Breaches {
  readonly payments: PaymentChecks;
  readonly elections: ElectionChecks;
  readonly roles: RoleChecks;
  readonly queue = new QueueChecks(this);
  /** The row of the leadership; connected by the run. */
  leadership: () => Leadership = () => {
    throw new Error('not wired');
  };

  constructor(nowMs: () => number, monitors: number, freshMs: number, giveUpAfterMs: number) {
    super();
    const leadership = (): Leadership => this.leadership();
    this.payments = new PaymentChecks(this, nowMs, giveUpAfterMs, leadership);
    this.elections = new ElectionChecks(this, nowMs, monitors, freshMs);
    this.roles = new RoleChecks(this, leadership);
  }
}
