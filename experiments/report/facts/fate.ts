/** What became of a request, in a word. The words are those of the report; `in time` is what availability counts. Pure. */
import type { PaymentRow, RequestRecord } from '../../history.js';

export type Fate = 'in time' | 'late' | 'not saved' | 'declined' | 'failed' | 'pending' | 'no answer' | 'refused';

/** From the best to the worst that can happen to who pays. */
export const FATES: readonly Fate[] = ['in time', 'late', 'declined', 'failed', 'pending', 'refused', 'no answer', 'not saved'];

/** From the moment it was due to its answer, or to the moment it was given up, ms. */
export const latencyOf = ({ intendedMs, answeredMs }: RequestRecord): number => answeredMs - intendedMs;

/** @param row the payment it led to; undefined: there is none. */
export function fateOf(request: RequestRecord, row: PaymentRow | undefined, deadlineMs: number): Fate {
  switch (request.status) {
    case 'SUCCEEDED':
      if (row?.status !== 'SUCCEEDED') return 'not saved';
      return latencyOf(request) <= deadlineMs ? 'in time' : 'late';
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

/** How many requests one stands for: of a long run only the unusual ones are all kept. */
export const weightOf = (fate: Fate, keptOneIn: number): number => (fate === 'in time' ? keptOneIn : 1);

/** The rows of the record, to be found by payment or by request. */
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

/** The row that the answer named; `undefined` when it named none, or none that exists. */
export const answeredRow = ({ paymentId }: RequestRecord, { byId }: Rows): PaymentRow | undefined =>
  paymentId === null ? undefined : byId.get(paymentId);

/** The row of a request, also when its answer was lost. */
export const rowOf = (request: RequestRecord, rows: Rows): PaymentRow | undefined =>
  answeredRow(request, rows) ?? rows.byKey.get(request.key);
