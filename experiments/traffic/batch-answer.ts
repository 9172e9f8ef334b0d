/**
 * One answer about many payments, taken apart into a record for each, so that the same checkers judge it. All of them were answered at
 * the same moment, when the batch was: that is when who waits for it learns the first outcome. Pure.
 */
import { batch, type Batch } from '../../shared/contracts/batch.js';
import { NO_OUTCOME, readFailure, refusalCode, type Outcome } from './answers.js';

export type BatchOutcome = Outcome & { key: string };

/** The batch was answered, and this payment of it is not there: its acceptance was interrupted. */
const NOT_ACCEPTED = 'NOT_ACCEPTED';

/**
 * @param key of the batch. @param httpStatus null: there was no answer, and `body` is what the HTTP client threw.
 * @returns as many outcomes as the batch was to fire payments.
 */
export function readBatch(key: string, count: number, httpStatus: number | null, body: unknown): BatchOutcome[] {
  const parsed = httpStatus === null ? null : batch.safeParse(body);
  const paid = parsed?.success ? parsed.data : null;
  const refused = httpStatus === null ? readFailure(body) : { httpStatus, ...NO_OUTCOME, error: refusalCode(httpStatus, body) };
  const missing = paid === null ? refused : { httpStatus, ...NO_OUTCOME, error: NOT_ACCEPTED };
  return Array.from({ length: count }, (_, index) => {
    const one = paid?.payments[index];
    return paid && one ? { key: keyOf(paid, index), httpStatus, ...outcomeOf(one) } : { key: `${key}#${index}`, ...missing };
  });
}

/** The row's own key when the answer is complete, and its order therefore that of the batch; else only a name. */
const keyOf = ({ batchId, sent, payments }: Batch, index: number): string =>
  payments.length === sent ? `batch:${batchId}:${index}` : `${batchId}#${index}`;

const outcomeOf = ({ id, status, term }: Batch['payments'][number]) => ({
  paymentId: id, status, term, error: status === 'PENDING' ? 'STILL_PENDING' : null,
});
