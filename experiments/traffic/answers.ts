/**
 * Converts an HTTP response, or its absence, into an outcome: a payment status, or one stable code
 * for the reason why there is none. Pure.
 */
import { payment } from '../../shared/contracts/payment.js';
import type { RequestRecord } from '../record/history.js';

/** The request was due and was not sent: too many requests were in flight. */
export const NOT_SENT = 'NOT_SENT';

export type RequestOutcome = Pick<
  RequestRecord,
  'httpStatus' | 'status' | 'paymentId' | 'term' | 'error'
>;

export const NO_OUTCOME = { status: null, paymentId: null, term: null } as const;

/** Whether a server refused the request in order: it names the time of the next attempt. */
export const isRefusalInOrder = (httpStatus: number | null, retryAfter: unknown): boolean =>
  (httpStatus === 429 || httpStatus === 503) && /^\d+$/.test(String(retryAfter));

/** The code of a problem document; otherwise the HTTP status. */
export function refusalCode(httpStatus: number, body: unknown): string {
  const code = (body as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return code;
  return httpStatus < 300 ? 'UNREADABLE_ANSWER' : `HTTP_${httpStatus}`;
}

export function readPayment(httpStatus: number, body: unknown): RequestOutcome {
  const parsed = payment.safeParse(body);
  if (!parsed.success) return { httpStatus, ...NO_OUTCOME, error: refusalCode(httpStatus, body) };
  const { id, status, term } = parsed.data;
  return {
    httpStatus,
    status,
    paymentId: id,
    term,
    error: status === 'PENDING' ? 'STILL_PENDING' : null,
  };
}

/**
 * @param error thrown by the HTTP client; its time-out gets the same code as the operating
 *   system's.
 */
export function readFailure(error: unknown): RequestOutcome {
  const code = (error as { code?: string }).code ?? 'NO_ANSWER';
  return { httpStatus: null, ...NO_OUTCOME, error: code === 'ECONNABORTED' ? 'ETIMEDOUT' : code };
}
