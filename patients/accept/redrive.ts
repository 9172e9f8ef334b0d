/**
 * Re-drives a failed payment, and writes an audit row when an operator requests it here. A
 * monitor's console uses the token of the services and writes its own rows, with actor and reason.
 */
import type { Logger } from '../../shared/observability/logger.js';
import { audited } from './audited.js';
import { pay, redriveCommand, type Paid, type PayCommand, type PayDeps } from './pay.js';
import type { Records } from '../records/records.js';

export interface RedriveDeps extends PayDeps {
  records: Pick<Records, 'payment'>;
  logger: Logger;
}

export interface RedriveRequest extends Pick<PayCommand, 'waitMs' | 'traceparent' | 'clientGone'> {
  /** The payment that failed. */
  id: string;
  /** Whether to write an audit row. */
  isAudited: boolean;
}

/** @throws Problem PAYMENT_NOT_FOUND · NOT_REDRIVABLE · and the problems of `pay` */
export async function redrive(
  deps: RedriveDeps,
  { id, isAudited, waitMs, traceparent, clientGone }: RedriveRequest,
): Promise<Paid> {
  return audited(
    deps,
    { action: 'redrive', target: id, isAudited },
    async () =>
      pay(
        deps,
        redriveCommand(await deps.records.payment(id), { waitMs, traceparent, clientGone }),
      ),
    ({ payment }) => `retried as ${payment.id}`,
  );
}
