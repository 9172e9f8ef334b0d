/**
 * Processes a payment in a server of the published design: charges, then saves it after the answer
 * of the gateway. The server writes nothing earlier, so a killed server forgets the payments in
 * progress.
 */
import { paymentDocument } from '../../../patients/core/payment-record.js';
import { paymentsByKey } from '../../../patients/records/payment-rows.js';
import { chargeSafely } from '../../../payments/gateway/charge-safely.js';
import type { Gateway } from '../../../payments/core/gateway.js';
import type { Payment } from '../../../shared/contracts/payment.js';
import { Problem } from '../../../shared/errors.js';
import type { NewPayment } from '../../../shared/postgres/ledger.js';
import type { Queryable } from '../../../shared/postgres/postgres.js';
import { saveFinal } from '../record.js';

/** Never aborted: a charge only ends with the process. */
const NEVER = new AbortController().signal;

export class PublishedServer {
  constructor(
    private readonly id: string,
    private readonly db: Queryable,
    private readonly gateway: Gateway,
  ) {}

  /**
   * A known key returns its saved payment. @throws Problem PATIENT_UNKNOWN, IDEMPOTENCY_KEY_REUSED,
   * UNAVAILABLE.
   */
  async take(payment: NewPayment): Promise<Payment> {
    const before = await this.findSaved(payment);
    if (before) return before;
    const { id, patientId, amountMinor, currency } = payment;
    const { rowCount } = await this.db.query('SELECT 1 FROM patient WHERE id = $1', [patientId]);
    if (rowCount === 0) throw new Problem('PATIENT_UNKNOWN', `There is no patient ${patientId}`);
    const answer = await chargeSafely(
      this.gateway,
      { key: id, patientId, amountMinor, currency },
      { last: true },
      NEVER,
    );
    if (answer.kind === 'again')
      throw new Problem('UNAVAILABLE', `The gateway did not answer: ${answer.error}`);
    await saveFinal(this.db, payment, answer, this.id);
    const document = await this.findSaved(payment);
    if (!document) throw new Problem('INTERNAL', 'The payment was saved but cannot be found');
    return document;
  }

  /** Null when the key is new. */
  private async findSaved({ idempotencyKey, fingerprint }: NewPayment): Promise<Payment | null> {
    const [row] = await paymentsByKey(this.db, [idempotencyKey]);
    if (row && row.fingerprint !== fingerprint) throw new Problem('IDEMPOTENCY_KEY_REUSED');
    return row ? paymentDocument(row) : null;
  }
}
