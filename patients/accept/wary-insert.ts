/**
 * Inserts a group while another session may lock the row of a patient. The statement waits for a
 * lock only briefly (`lock_timeout` of the connection). The next attempt then queries which
 * payments are locked out and inserts the others. An attempt without an earlier time-out queries
 * nothing, so that the normal case stays one statement.
 */
import {
  acceptPayments,
  type AcceptedPayment,
  type NewPayment,
} from '../../shared/postgres/accept.js';
import { findLockedOut } from '../../shared/postgres/accept-locked.js';
import { isLockTimeout, type Queryable } from '../../shared/postgres/postgres.js';

/** Longest wait of one insert for a lock, in ms. */
const LOCK_WAIT_MS = 500;

/** Settings of the insert connection. A second attempt must fit into the deadline of a request. */
export function lockWaitSetting(config: {
  statementTimeoutMs: number;
  acceptRetryMs: number;
}): string {
  const patience = config.acceptRetryMs > 0 ? config.acceptRetryMs : config.statementTimeoutMs;
  return `-c lock_timeout=${Math.max(1, Math.min(LOCK_WAIT_MS, Math.floor(config.statementTimeoutMs / 2), Math.floor(patience / 4)))}`;
}

export interface Inserted {
  rows: AcceptedPayment[];
  /** Ids of omitted payments: another session holds a lock that they need. */
  locked: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export class WaryInsert {
  /** Whether the last statement met a lock, or omitted a payment because of one. */
  private isWary = false;

  constructor(
    private readonly lane: Queryable,
    private readonly acceptedBy: string,
  ) {}

  /** @throws the lock time-out, which is transient: the next attempt omits locked payments. */
  async insert(partition: number, payments: readonly NewPayment[]): Promise<Inserted> {
    const locked = this.isWary ? await findLockedOut(this.lane, payments) : NONE;
    this.isWary = locked.size > 0;
    const free = locked.size > 0 ? payments.filter(({ id }) => !locked.has(id)) : payments;
    if (free.length === 0) return { rows: [], locked };
    try {
      return { rows: await acceptPayments(this.lane, partition, this.acceptedBy, free), locked };
    } catch (error) {
      if (isLockTimeout(error)) this.isWary = true;
      throw error;
    }
  }
}
