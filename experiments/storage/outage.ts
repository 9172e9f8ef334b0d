/** Measures one fault of the storage from the records of the clients. Pure. */
import type { PaymentRow, RequestRecord } from '../record/history.js';

/** A fault and its end. Times are wall clock of the client, ms since 1970. */
export interface StorageRound {
  fault: string;
  target: string;
  /** Begin of the calm before the fault: the control of the outage. */
  calmFromMs: number;
  atMs: number;
  healedMs: number;
  /** Every part of the storage works again. */
  wholeMs: number;
}

export interface RoundFigures {
  fault: string;
  /** Longest time without an accepted payment, from the fault until the storage is whole. */
  outageMs: number;
  /** The same in the calm before the fault. */
  calmOutageMs: number;
  /** Longest wait of a payment for its outcome, from its due time; 0: none was answered. */
  longestWaitMs: number;
  /** From the end of the fault until the storage is whole. */
  wholeAfterMs: number;
  /** Payments that were acknowledged with a 2xx and have no row: ids. */
  lost: string[];
  /** Payments that were refused, or got no answer, and have a row. */
  refusedButPresent: number;
  /** Requests that wait for the outcome (`Prefer: wait`), and those that failed. */
  waiting: { sent: number; failed: number };
  /** Requests that do not wait. */
  immediate: { sent: number; failed: number };
}

/** Prefix of the keys of requests that do not wait for the outcome. */
export const IMMEDIATE = 'immediate';

const isAccepted = ({ paymentId }: RequestRecord): boolean => paymentId !== null;
/** A 202 is an answer: the payment is accepted. */
const isFailed = (request: RequestRecord): boolean => !isAccepted(request);

/** The longest time between two of these moments, and between them and the bounds. */
export function findLongestGap(momentsMs: readonly number[], fromMs: number, toMs: number): number {
  const inside = momentsMs.filter((ms) => ms >= fromMs && ms <= toMs).sort((a, b) => a - b);
  let longest = 0;
  let last = fromMs;
  for (const moment of [...inside, toMs]) {
    longest = Math.max(longest, moment - last);
    last = moment;
  }
  return longest;
}

/**
 * @param requests of the whole run; those that were due during the round count.
 * @param rows the payments of the surviving primary, by key.
 */
export function measureRound(
  { fault, calmFromMs, atMs, healedMs, wholeMs }: StorageRound,
  requests: readonly RequestRecord[],
  rows: ReadonlyMap<string, PaymentRow>,
): RoundFigures {
  const accepted = requests
    .filter((request) => isAccepted(request) && request.key.includes(IMMEDIATE))
    .map(({ answeredMs }) => answeredMs);
  const own = requests.filter(({ intendedMs }) => intendedMs >= atMs && intendedMs <= wholeMs);
  const countOf = (some: readonly RequestRecord[]): { sent: number; failed: number } => ({
    sent: some.length,
    failed: some.filter(isFailed).length,
  });
  return {
    fault,
    outageMs: findLongestGap(accepted, atMs, wholeMs),
    calmOutageMs: findLongestGap(accepted, calmFromMs, atMs),
    longestWaitMs: own
      .filter(({ key, status }) => !key.includes(IMMEDIATE) && status !== null)
      .reduce((longest, each) => Math.max(longest, each.answeredMs - each.intendedMs), 0),
    wholeAfterMs: wholeMs - healedMs,
    lost: own.flatMap(({ key, paymentId }) =>
      paymentId !== null && !rows.has(key) ? [paymentId] : [],
    ),
    refusedButPresent: own.filter((request) => isFailed(request) && rows.has(request.key)).length,
    waiting: countOf(own.filter(({ key }) => !key.includes(IMMEDIATE))),
    immediate: countOf(own.filter(({ key }) => key.includes(IMMEDIATE))),
  };
}
