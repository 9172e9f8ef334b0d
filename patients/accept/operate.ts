/**
 * Accepts a capture, a void or a refund of a payment. The operation is a payment row of its own,
 * with its own key, and is handled like one. The database decides at acceptance whether the payment
 * allows it, so the amounts read here only fill in an amount that the caller did not name.
 */
import type { OperationKind } from '../../shared/contracts/payment.js';
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
import { toStanding, type OperationSums } from '../core/standing.js';
import type { PaymentRecord } from '../core/payment-record.js';
import type { Records } from '../records/records.js';
import { audited } from './audited.js';
import { pay, type Paid, type PayCommand, type PayDeps } from './pay.js';

export interface OperateDeps extends PayDeps {
  records: Pick<Records, 'payment' | 'operationSums'>;
  logger: Logger;
}

export interface OperateCommand extends Pick<
  PayCommand,
  'idempotencyKey' | 'waitMs' | 'traceparent' | 'clientGone'
> {
  /** The charge or authorization. */
  id: string;
  kind: OperationKind;
  /** Default: the whole authorization; of a refund, all that is left to refund. */
  amountMinor?: number | undefined;
  reason?: string | undefined;
  /** Whether to write an audit row. */
  isAudited: boolean;
}

/**
 * The amount of the row. A payment that has nothing left to refund gets its whole amount, which the
 * database refuses: so a repeated request still finds the row under its key.
 */
function getAmount(
  root: PaymentRecord,
  { kind, amountMinor }: OperateCommand,
  sums: OperationSums,
): number {
  if (kind === 'void') return root.amountMinor;
  if (amountMinor !== undefined) return amountMinor;
  const refundable = kind === 'refund' ? (toStanding(root, sums).refundableMinor ?? 0) : 0;
  return refundable > 0 ? refundable : root.amountMinor;
}

async function toPayCommand(deps: OperateDeps, command: OperateCommand): Promise<PayCommand> {
  const { id, kind, amountMinor, reason } = command;
  const { idempotencyKey, waitMs, traceparent, clientGone } = command;
  const root = await deps.records.payment(id);
  if (root.ofPayment !== null)
    throw new Problem(
      'PAYMENT_IS_OPERATION',
      `Payment ${id} is a ${root.kind} of payment ${root.ofPayment}`,
    );
  const { patientId, currency } = root;
  const request = {
    patientId,
    amountMinor: getAmount(root, command, await deps.records.operationSums(id)),
    currency,
    concept: reason,
    // A capture settles the bill that its authorization was meant to settle.
    settles: kind === 'capture' ? (root.settles ?? undefined) : undefined,
    kind,
    ofPayment: id,
  };
  // The amount of the same request may differ later, so the fingerprint is of the request itself.
  const asked = { id, kind, amountMinor, reason };
  const rest = { redriveOf: null, idempotencyKey, waitMs, traceparent, clientGone };
  return { request, asked, ...rest };
}

/**
 * @throws Problem PAYMENT_NOT_FOUND · PAYMENT_IS_OPERATION · NOT_CAPTURED · NOT_AUTHORIZED ·
 *   REFUND_EXCEEDS_PAYMENT · ALREADY_CAPTURED · ALREADY_VOIDED · CAPTURE_EXCEEDS_AUTHORIZATION ·
 *   and the problems of `pay`
 */
export async function operate(deps: OperateDeps, command: OperateCommand): Promise<Paid> {
  const { kind, id, reason, isAudited } = command;
  return audited(
    deps,
    { action: kind, target: id, reason, isAudited },
    async () => pay(deps, await toPayCommand(deps, command)),
    ({ payment }) => `accepted as ${payment.id}`,
  );
}
