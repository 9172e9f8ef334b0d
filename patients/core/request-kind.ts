/**
 * The kind of a request, which decides how long an overloaded instance admits it. Reads only the
 * method and the path, because the answer must cost almost nothing. An unusual spelling of a path,
 * such as another case, only makes the request a page, which is refused first. Pure.
 */
import type { RequestKind } from './turn-guard.js';

/** Never refused: a supervisor, a balancer and Prometheus ask there exactly when it is late. */
const HEALTH = new Set(['/livez', '/readyz', '/metrics']);
const OPERATION = 'redrive|captures|voids|refunds|cancel';
const NEW_PAYMENT = new RegExp(`^/(api/payments(/[^/]+/(${OPERATION}))?|api/batches|bill/pay)$`);
const ID_OF_OPERATION = new RegExp(`[^/]+(?=/(${OPERATION})$)`);
/** A payment, a batch or a pass, and the files that the pages need. */
const ACCEPTED = /^\/(api\/(payments|batches|passes)|bill\/payments|passes|assets)\/./;

/** @returns null: the request is always admitted. */
export function getRequestKind(method: string, path: string): RequestKind | null {
  if (HEALTH.has(path)) return null;
  if (method === 'POST') return NEW_PAYMENT.test(path) ? 'payment' : 'page';
  return ACCEPTED.test(path) ? 'outcome' : 'page';
}

/** The route of the metrics: only payments are counted by theirs. */
export const getRefusedRoute = (method: string, path: string): string =>
  method === 'POST' && NEW_PAYMENT.test(path) ? path.replace(ID_OF_OPERATION, ':id') : 'other';
