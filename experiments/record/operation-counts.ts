/** Counts the captures, voids and refunds of a run: by their rows, and by the answers. */
import { OPERATION_KINDS } from '../../shared/contracts/payment.js';
import type { PaymentRow, RequestRecord } from './history.js';

export class OperationCounts {
  private sent = 0;
  /** Answered with 409: the payment did not allow the operation. */
  private refused = 0;
  /** Without an answer, or without an outcome, until the client gave up. */
  private unknown = 0;
  private readonly succeeded = { capture: 0, void: 0, refund: 0 };

  add(operations: readonly RequestRecord[], rows: readonly PaymentRow[]): void {
    this.sent += operations.length;
    for (const { httpStatus, status } of operations) {
      if (httpStatus === 409) this.refused += 1;
      else if (status === null || status === 'PENDING') this.unknown += 1;
    }
    for (const { kind, status } of rows)
      for (const each of OPERATION_KINDS)
        if (kind === each && status === 'SUCCEEDED') this.succeeded[each] += 1;
  }

  /** One sentence; null: no operation was sent. */
  describe(): string | null {
    if (this.sent === 0) return null;
    const { capture, void: voids, refund } = this.succeeded;
    return `Operations: ${this.sent} requests; ${refund} refunds, ${voids} voids and ${capture} captures succeeded; ${this.refused} requests were refused because of their payment, ${this.unknown} had no outcome in time`;
  }
}
