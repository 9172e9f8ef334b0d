/**
 * Calculates a trial's row of the table from the records of its client. Pure, and one request at a
 * time: a trial of a million requests needs no more memory than one of a hundred.
 */
import type { FaultWindow, PaymentRow, RequestRecord } from './history.js';
import {
  storeLatency,
  Latencies,
  mergeLatencies,
  type StoredLatencies,
} from '../statistics/latencies.js';
import type { FaultRecord, Handover, Trial } from './result.js';
import { wilson95 } from '../statistics/statistics.js';

export interface TrialFacts {
  requests: Iterable<RequestRecord>;
  payments: ReadonlyMap<string, Pick<PaymentRow, 'status'>>;
  faults: readonly FaultRecord[];
  handovers: readonly Handover[];
  deadlineMs: number;
  /** Counts the payments that succeeded within these times too. Default: none. */
  limitsMs?: readonly number[];
}

/**
 * Whether a request is available: its response was SUCCEEDED within the deadline *and* its row is
 * SUCCEEDED as well.
 */
export function isAvailable(
  request: RequestRecord,
  payments: TrialFacts['payments'],
  deadlineMs: number,
): boolean {
  const row = request.paymentId === null ? undefined : payments.get(request.paymentId);
  return (
    request.status === 'SUCCEEDED' &&
    request.answeredMs - request.intendedMs <= deadlineMs &&
    row?.status === 'SUCCEEDED'
  );
}

/**
 * Whether the response contained a final status, of any kind: only these requests have a latency.
 */
const isAnswered = ({ status }: RequestRecord): boolean => status !== null && status !== 'PENDING';

/** Counts requests as they arrive; can be merged with others and can return its row at any time. */
export class TrialTally {
  /** From the due time to the response, of all requests with a final status. */
  readonly latencies = Latencies.of();
  private readonly counts = { sent: 0, succeeded: 0, declined: 0, failed: 0, withinDeadline: 0 };
  private readonly errors: Record<string, number> = {};
  private firstMs = Infinity;
  private lastMs = -Infinity;

  add(request: RequestRecord, available: boolean): void {
    const { counts, errors } = this;
    const { status, error, intendedMs, answeredMs } = request;
    counts.sent += 1;
    if (available) counts.withinDeadline += 1;
    if (status === 'SUCCEEDED') counts.succeeded += 1;
    if (status === 'DECLINED') counts.declined += 1;
    if (status === 'FAILED') counts.failed += 1;
    if (isAnswered(request)) this.latencies.add(answeredMs - intendedMs);
    if (error !== null) errors[error] = (errors[error] ?? 0) + 1;
    this.firstMs = Math.min(this.firstMs, intendedMs);
    this.lastMs = Math.max(this.lastMs, answeredMs);
  }

  row({ faults, handovers }: Pick<TrialFacts, 'faults' | 'handovers'>): Trial {
    const { sent, succeeded, declined, failed, withinDeadline } = this.counts;
    const final = this.latencies.count;
    return {
      sent,
      succeeded,
      declined,
      failed,
      pending: sent - final,
      withinDeadline,
      availability: sent === 0 ? 0 : withinDeadline / sent,
      wilson95: wilson95(withinDeadline, sent),
      latencyMs: this.latencies.summary(),
      throughputPerSec:
        sent === 0
          ? 0
          : Math.round((final / Math.max(1, this.lastMs - this.firstMs)) * 10_000) / 10,
      faults: [...faults],
      handovers: [...handovers],
      errors: { ...this.errors },
    };
  }
}

/** The faults with times from the start of the trial; one that was never healed ends at once. */
export const toFaultRecords = (
  faults: readonly Omit<FaultWindow, 'trial'>[],
  startedMs: number,
): FaultRecord[] =>
  faults.map(({ kind, target, atMs, healedMs }) => ({
    kind,
    target,
    atMs: atMs - startedMs,
    healedAtMs: (healedMs ?? atMs) - startedMs,
  }));

export function summarizeTrial({
  requests,
  payments,
  faults,
  handovers,
  deadlineMs,
  limitsMs = [],
}: TrialFacts): Trial {
  const tally = new TrialTally();
  const within = limitsMs.map((ms) => ({ ms, payments: 0 }));
  for (const request of requests) {
    tally.add(request, isAvailable(request, payments, deadlineMs));
    for (const limit of within) if (isAvailable(request, payments, limit.ms)) limit.payments += 1;
  }
  const row = tally.row({ faults, handovers });
  return within.length === 0 ? row : { ...row, within };
}

/** The latencies of each trial, and of all of them together. */
export function storeLatencies(requests: Iterable<RequestRecord>): StoredLatencies[] {
  const trials = new Map<number, Latencies>();
  for (const request of requests) {
    const latencies = trials.get(request.trial) ?? Latencies.of();
    trials.set(request.trial, latencies);
    if (isAnswered(request)) latencies.add(request.answeredMs - request.intendedMs);
  }
  const each = [...trials].map(([trial, latencies]) =>
    storeLatency(`latency of trial ${trial}`, latencies),
  );
  return [storeLatency('latency', mergeLatencies(trials.values())), ...each];
}
