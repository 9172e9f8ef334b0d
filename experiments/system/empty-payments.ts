/**
 * Deletes all payments of a cluster's or a test's database, which its guards otherwise refuse.
 */
import type { Queryable } from '../../shared/postgres/postgres.js';

/**
 * One transaction: the owner of the tables disables the two guards, removes all payments and
 * batches, and enables the guards again.
 */
export async function emptyPayments(db: Queryable): Promise<void> {
  await db.query(`
    ALTER TABLE payment DISABLE TRIGGER payment_is_never_emptied;
    ALTER TABLE batch DISABLE TRIGGER batch_is_never_emptied;
    TRUNCATE payment, batch;
    ALTER TABLE payment ENABLE TRIGGER payment_is_never_emptied;
    ALTER TABLE batch ENABLE TRIGGER batch_is_never_emptied;`);
}
