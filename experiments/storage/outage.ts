/** Measures one fault of the storage from the records of the clients. Pure. */
import { findChargedTwice } from '../checkers/charged-twice.js';
import { findDuplicated } from '../checkers/duplicated.js';
import { FINAL, indexEvidence } from '../checkers/recorded.js';
import type { PaymentRow, RequestRecord, RunEvidence } from '../record/history.js';

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
  /** Rows that a client wrote without the services; null: there was no such client. */
  direct: DirectWrites | null;
}

/** Rows that a client wrote to the node that was the primary when the fault began. */
export interface DirectWrites {
  acknowledged: number;
  /** Acknowledged rows that the present primary does not have: committed on a former primary. */
  lost: string[];
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
  /** Payments with two rows or two charges: keys of the requests. */
  doubled: string[];
  /**
   * Payments whose final status a client received, and that have another status, or no row, on the
   * surviving primary: ids. The outcome was committed on a primary whose commits did not survive.
   */
  onOldPrimary: string[];
  direct: DirectWrites | null;
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

/** The payments of the surviving primary, and which of them the ledger or the table repeats. */
export interface Survivors {
  byKey: ReadonlyMap<string, PaymentRow>;
  /** Keys with two rows, and keys of payments with two charges. */
  doubled: ReadonlySet<string>;
}

export function indexSurvivors(evidence: RunEvidence): Survivors {
  const history = indexEvidence(evidence, true);
  const charged = findChargedTwice(history).map((id) => history.rowById.get(id)?.key ?? id);
  return {
    byKey: new Map(evidence.payments.map((row) => [row.key, row])),
    doubled: new Set([...findDuplicated(history), ...charged]),
  };
}

/** @param requests of the whole run; those that were due during the round count. */
export function measureRound(
  { fault, calmFromMs, atMs, healedMs, wholeMs, direct }: StorageRound,
  requests: readonly RequestRecord[],
  { byKey, doubled }: Survivors,
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
    direct,
    lost: own.flatMap(({ key, paymentId }) =>
      paymentId !== null && !byKey.has(key) ? [paymentId] : [],
    ),
    refusedButPresent: own.filter((request) => isFailed(request) && byKey.has(request.key)).length,
    doubled: own.map(({ key }) => key).filter((key) => doubled.has(key)),
    onOldPrimary: own.flatMap(({ key, status, paymentId }) =>
      FINAL.has(status) && byKey.get(key)?.status !== status ? [paymentId ?? key] : [],
    ),
    waiting: countOf(own.filter(({ key }) => !key.includes(IMMEDIATE))),
    immediate: countOf(own.filter(({ key }) => key.includes(IMMEDIATE))),
  };
}
