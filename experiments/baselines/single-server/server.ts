/** Processes payments in the single server, and finishes interrupted ones after a restart. */
import { paymentDocument } from '../../../patients/core/payment-record.js';
import { paymentsByKey } from '../../../patients/records/payment-rows.js';
import { chargeSafely } from '../../../payments/gateway/charge-safely.js';
import type { Gateway } from '../../../payments/core/gateway.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { Problem } from '../../../shared/errors.js';
import { acceptPayments, type NewPayment } from '../../../shared/postgres/ledger.js';
import type { Queryable } from '../../../shared/postgres/postgres.js';
import { finish, findUnfinished, type UnfinishedPayment } from '../record.js';

const PARTITION = 0;
/** Never aborted: a charge only ends with the process. */
const NEVER = new AbortController().signal;

export class SingleServer {
  constructor(
    private readonly id: string,
    private readonly db: Queryable,
    private readonly gateway: Gateway,
  ) {}

  /**
   * A known key returns the current state of its payment. @throws Problem PATIENT_UNKNOWN,
   * IDEMPOTENCY_KEY_REUSED.
   */
  async pay(payment: NewPayment): Promise<Payment> {
    const accepted = await acceptPayments(this.db, PARTITION, this.id, [payment]);
    if (accepted.length > 0) await this.charge(payment);
    const [row] = await paymentsByKey(this.db, [payment.idempotencyKey]);
    if (!row) throw new Problem('PATIENT_UNKNOWN', `There is no patient ${payment.patientId}`);
    if (row.fingerprint !== payment.fingerprint) throw new Problem('IDEMPOTENCY_KEY_REUSED');
    return paymentDocument(row);
  }

  /**
   * Charges once; a lost answer is queried by key. Without an answer the payment stays pending
   * until the next start.
   */
  async charge({ id, patientId, amountMinor, currency }: UnfinishedPayment): Promise<void> {
    const answer = await chargeSafely(
      this.gateway,
      { key: id, patientId, amountMinor, currency },
      { last: true },
      NEVER,
    );
    if (answer.kind !== 'again') await finish(this.db, id, answer, this.id);
  }
}

/** Groups pending payments by patient, each group in order. Pure. */
export function byPatient<P extends Pick<UnfinishedPayment, 'patientId'>>(
  payments: readonly P[],
): P[][] {
  const lists = new Map<string, P[]>();
  for (const payment of payments)
    lists.set(payment.patientId, [...(lists.get(payment.patientId) ?? []), payment]);
  return [...lists.values()];
}

/**
 * Charges the payments that the last run of the server left pending. They have the same keys, so no
 * payment is charged twice; payments of one patient stay in order.
 */
export async function finishWhatWasLeft(server: SingleServer, db: Queryable): Promise<void> {
  const inOrder = async (payments: readonly UnfinishedPayment[]): Promise<void> => {
    for (const payment of payments) await server.charge(payment);
  };
  await Promise.all(byPatient(await findUnfinished(db)).map(inOrder));
}
