/**
 * Writes one audit row for an action of an operator, whether it succeeds or fails. A failed audit
 * write does not turn the action into an error.
 */
import { Problem } from '../../shared/errors.js';
import type { Logger } from '../../shared/observability/logger.js';
import { writeAudit } from '../../shared/postgres/audit.js';
import type { Queryable } from '../../shared/postgres/postgres.js';

export interface AuditedAction {
  action: string;
  /** The payment that the action concerns. */
  target: string;
  /** In the words of the operator; undefined: none was given. */
  reason?: string | undefined;
  /** False: the caller writes its own audit row, with its own actor. */
  isAudited: boolean;
}

/**
 * @param describe the result in words. @throws the error of `run`; a problem is noted by its code.
 */
export async function audited<T>(
  { reads, logger }: { reads: Queryable; logger: Logger },
  { action, target, reason, isAudited }: AuditedAction,
  run: () => Promise<T>,
  describe: (result: T) => string,
): Promise<T> {
  if (!isAudited) return run();
  const note = async (outcome: string): Promise<void> => {
    const why = reason ?? 'asked through the API of patients';
    const entry = { actor: 'operator', action, target, reason: why, outcome };
    await writeAudit(reads, entry).catch((error: unknown) =>
      logger.warn({ err: error, entry }, 'could not write an audit row'),
    );
  };
  try {
    const result = await run();
    await note(describe(result));
    return result;
  } catch (error) {
    await note(error instanceof Problem ? error.code : 'INTERNAL');
    throw error;
  }
}
