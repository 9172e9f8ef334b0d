/**
 * Re-drives a failed payment, and writes an audit row when an operator requests it here. A
 * monitor's console uses the token of the services and writes its own rows, with actor and reason.
 * A failed audit write does not turn the re-drive into an error.
 */
import { writeAudit } from '../../shared/postgres/audit.js';
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
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

async function note({ reads, logger }: RedriveDeps, id: string, outcome: string): Promise<void> {
  const entry = {
    actor: 'operator',
    action: 'redrive',
    target: id,
    reason: 'asked through the API of patients',
    outcome,
  };
  await writeAudit(reads, entry).catch((error: unknown) =>
    logger.warn({ err: error, entry }, 'could not write an audit row'),
  );
}

async function drive(
  deps: RedriveDeps,
  { id, waitMs, traceparent, clientGone: clientGone }: RedriveRequest,
): Promise<Paid> {
  return pay(
    deps,
    redriveCommand(await deps.records.payment(id), { waitMs, traceparent, clientGone: clientGone }),
  );
}

/** @throws Problem PAYMENT_NOT_FOUND · NOT_REDRIVABLE · and the problems of `pay` */
export async function redrive(deps: RedriveDeps, request: RedriveRequest): Promise<Paid> {
  if (!request.isAudited) return drive(deps, request);
  try {
    const paid = await drive(deps, request);
    await note(deps, request.id, `retried as ${paid.payment.id}`);
    return paid;
  } catch (error) {
    await note(deps, request.id, error instanceof Problem ? error.code : 'INTERNAL');
    throw error;
  }
}
