/**
 * Splits the response to a batch into one record per payment, so that the same checkers apply. All
 * records have the time of the response, because the caller learns even the first outcome only
 * then. Pure.
 */
import { batch, type Batch } from '../../shared/contracts/batch.js';
import { NO_OUTCOME, readFailure, refusalCode, type RequestOutcome } from './answers.js';

export type BatchOutcome = RequestOutcome & { key: string };

/** The batch was answered without this payment: its acceptance was interrupted. */
const NOT_ACCEPTED = 'NOT_ACCEPTED';

/**
 * @param key of the batch. @param httpStatus null: there was no response, and `body` is the error
 *   of the HTTP client.
 * @returns as many outcomes as the batch has payments.
 */
export function readBatch(
  key: string,
  count: number,
  httpStatus: number | null,
  body: unknown,
): BatchOutcome[] {
  const parsed = httpStatus === null ? null : batch.safeParse(body);
  const paid = parsed?.success ? parsed.data : null;
  const refused =
    httpStatus === null
      ? readFailure(body)
      : { httpStatus, ...NO_OUTCOME, error: refusalCode(httpStatus, body) };
  const missing = paid === null ? refused : { httpStatus, ...NO_OUTCOME, error: NOT_ACCEPTED };
  return Array.from({ length: count }, (_, index) => {
    const one = paid?.payments[index];
    return paid && one
      ? { key: keyOf(paid, index), httpStatus, ...outcomeOf(one) }
      : { key: `${key}#${index}`, ...missing };
  });
}

/**
 * The row's own key when the response is complete, because its order is then the order of the
 * batch; otherwise only a name.
 */
const keyOf = ({ batchId, sent, payments }: Batch, index: number): string =>
  payments.length === sent ? `batch:${batchId}:${index}` : `${batchId}#${index}`;

const outcomeOf = ({ id, status, term }: Batch['payments'][number]) => ({
  paymentId: id,
  status,
  term,
  error: status === 'PENDING' ? 'STILL_PENDING' : null,
});
