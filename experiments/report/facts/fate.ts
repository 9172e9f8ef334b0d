/** The fate of a request, in one term of the report; availability counts `in time`. Pure. */
import type { PaymentRow, RequestRecord } from '../../record/history.js';

export type Fate =
  'in time' | 'late' | 'not saved' | 'declined' | 'failed' | 'pending' | 'no answer' | 'refused';

/** Ordered from the best to the worst for the user who pays. */
export const FATES: readonly Fate[] = [
  'in time',
  'late',
  'declined',
  'failed',
  'pending',
  'refused',
  'no answer',
  'not saved',
];

/** From the due time to the response or to the end of the attempts, ms. */
export const getLatency = ({ intendedMs, answeredMs }: RequestRecord): number =>
  answeredMs - intendedMs;

/** @param row the payment that the request led to; undefined: there is none. */
export function fateOf(
  request: RequestRecord,
  row: PaymentRow | undefined,
  deadlineMs: number,
): Fate {
  switch (request.status) {
    case 'SUCCEEDED':
      if (row?.status !== 'SUCCEEDED') return 'not saved';
      return getLatency(request) <= deadlineMs ? 'in time' : 'late';
    case 'DECLINED':
      return 'declined';
    case 'FAILED':
      return 'failed';
    case 'PENDING':
      return 'pending';
    case null:
      return request.httpStatus === null ? 'no answer' : 'refused';
  }
}

/**
 * Number of requests that one record represents: of a long run only the unusual requests are all
 * kept.
 */
export const weightOf = (fate: Fate, keptOneIn: number): number =>
  fate === 'in time' ? keptOneIn : 1;

/** The rows of PostgreSQL, indexed by payment and by request. */
export interface Rows {
  byId: ReadonlyMap<string, PaymentRow>;
  byKey: ReadonlyMap<string, PaymentRow>;
}

export function indexRows(payments: Iterable<PaymentRow>): Rows {
  const byId = new Map<string, PaymentRow>();
  const byKey = new Map<string, PaymentRow>();
  for (const row of payments) {
    byId.set(row.id, row);
    byKey.set(row.key, row);
  }
  return { byId, byKey };
}

/** The row that the response named; `undefined` when it named none, or one that does not exist. */
export const getAnsweredRow = (
  { paymentId }: RequestRecord,
  { byId }: Rows,
): PaymentRow | undefined => (paymentId === null ? undefined : byId.get(paymentId));

/** The row of a request, even when its response was lost. */
export const rowOf = (request: RequestRecord, rows: Rows): PaymentRow | undefined =>
  getAnsweredRow(request, rows) ?? rows.byKey.get(request.key);
