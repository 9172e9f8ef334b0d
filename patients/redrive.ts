/**
 * Drives a failed payment again, and leaves an audit row when an operator asked for it here. A monitor's console asks with the token of
 * services and writes its own rows, which know who acted and why. A row that cannot be written does not turn the re-drive into an error.
 */
import { writeAudit } from '../shared/audit.js';
import { Problem } from '../shared/errors.js';
import type { Logger } from '../shared/logger.js';
import { pay, redriveCommand, type Paid, type PayCommand, type PayDeps } from './pay.js';
import type { Records } from './records.js';

export interface RedriveDeps extends PayDeps {
  records: Pick<Records, 'payment'>;
  logger: Logger;
}

export interface RedriveRequest extends Pick<PayCommand, 'waitMs' | 'traceparent' | 'gone'> {
  /** The payment that failed. */
  id: string;
  /** Whether a row of the audit tells it. */
  isAudited: boolean;
}

async function note({ reads, logger }: RedriveDeps, id: string, outcome: string): Promise<void> {
  const entry = { actor: 'operator', action: 'redrive', target: id, reason: 'asked through the API of patients', outcome };
  await writeAudit(reads, entry).catch((error: unknown) => logger.warn({ err: error, entry }, 'no audit row was written'));
}

async function drive(deps: RedriveDeps, { id, waitMs, traceparent, gone }: RedriveRequest): Promise<Paid> {
  return pay(deps, redriveCommand(await deps.records.payment(id), { waitMs, traceparent, gone }));
}

/** @throws Problem PAYMENT_NOT_FOUND · NOT_REDRIVABLE · and what `pay` throws */
export async function redrive(deps: RedriveDeps, request: RedriveRequest): Promise<Paid> {
  if (!request.isAudited) return drive(deps, request);
  try {
    const paid = await drive(deps, request);
    await note(deps, request.id, `driven again as ${paid.payment.id}`);
    return paid;
  } catch (error) {
    await note(deps, request.id, error instanceof Problem ? error.code : 'INTERNAL');
    throw error;
  }
}
