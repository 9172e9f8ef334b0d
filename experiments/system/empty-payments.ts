/**
 * Deletes all payments of a cluster's or a test's database, which its guards otherwise refuse.
 */
import { isTransient, type Queryable } from '../../shared/postgres/postgres.js';
import { retryCall } from '../../shared/retry-call.js';

/**
 * One transaction: the owner of the tables disables the two guards, removes all payments and
 * batches, and enables the guards again.
 */
const EMPTY = `
  ALTER TABLE payment DISABLE TRIGGER payment_is_never_emptied;
  ALTER TABLE batch DISABLE TRIGGER batch_is_never_emptied;
  TRUNCATE payment, batch, payment_attempt;
  ALTER TABLE payment ENABLE TRIGGER payment_is_never_emptied;
  ALTER TABLE batch ENABLE TRIGGER batch_is_never_emptied;`;

const ATTEMPTS = 10;

/**
 * Repeats the transaction when it lost against a query of a service: a query that locked a list of
 * payments before the payments themselves makes a deadlock, because the triggers empty the lists
 * last.
 * @throws the error of the database after ten attempts.
 */
export const emptyPayments = (db: Queryable): Promise<unknown> =>
  retryCall(() => db.query(EMPTY), {
    isRetryable: isTransient,
    pausesMs: [50],
    beforePause: ({ error, earlier }) => {
      if (earlier + 1 >= ATTEMPTS) throw error;
    },
  });
