/**
 * The insert of a group, when another session may hold a lock on the row of a patient. The statement gives up a lock after a short time
 * (`lock_timeout` of the connection). The next try then asks which payments are locked out and inserts the others. A try without an
 * earlier time-out asks nothing, so that the normal case stays one statement.
 */
import { acceptPayments, lockedOut, type AcceptedPayment, type NewPayment } from '../shared/accept.js';
import { isLockTimeout, type Queryable } from '../shared/postgres.js';

/** Longest wait of one insert for a lock, in ms. */
const LOCK_WAIT_MS = 500;

/** Settings of the connection for inserts. A second try must fit into the patience of a request. */
export function lockWaitSetting(config: { statementTimeoutMs: number; acceptRetryMs: number }): string {
  const patience = config.acceptRetryMs > 0 ? config.acceptRetryMs : config.statementTimeoutMs;
  return `-c lock_timeout=${Math.max(1, Math.min(LOCK_WAIT_MS, Math.floor(config.statementTimeoutMs / 2), Math.floor(patience / 4)))}`;
}

export interface Inserted {
  rows: AcceptedPayment[];
  /** Ids of payments that were left out: another session holds a lock which they need. */
  locked: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export class WaryInsert {
  /** Whether the last statement met a lock, or left a payment out because of one. */
  private isWary = false;

  constructor(
    private readonly lane: Queryable,
    private readonly acceptedBy: string,
  ) {}

  /** @throws the lock time-out, which passes: the next try leaves out what is locked. */
  async insert(partition: number, payments: readonly NewPayment[]): Promise<Inserted> {
    const locked = this.isWary ? await lockedOut(this.lane, payments) : NONE;
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
