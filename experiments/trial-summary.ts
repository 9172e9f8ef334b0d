/** A trial's row of the table, from what its client recorded. Pure. */
import type { PaymentRow, RequestRecord } from './history.js';
import type { FaultRecord, Handover, Trial } from './result.js';
import { summarize, wilson95 } from './statistics.js';

export interface TrialFacts {
  requests: readonly RequestRecord[];
  payments: ReadonlyMap<string, PaymentRow>;
  faults: readonly FaultRecord[];
  handovers: readonly Handover[];
  deadlineMs: number;
}

/** A request counts when its answer said SUCCEEDED within the deadline *and* the row says so too. */
export function isAvailable(request: RequestRecord, payments: ReadonlyMap<string, PaymentRow>, deadlineMs: number): boolean {
  const row = request.paymentId === null ? undefined : payments.get(request.paymentId);
  return request.status === 'SUCCEEDED' && request.answeredMs - request.intendedMs <= deadlineMs && row?.status === 'SUCCEEDED';
}

export function summarizeTrial({ requests, payments, faults, handovers, deadlineMs }: TrialFacts): Trial {
  const count = (status: RequestRecord['status']): number => requests.filter((request) => request.status === status).length;
  const withinDeadline = requests.filter((request) => isAvailable(request, payments, deadlineMs)).length;
  const answered = requests.filter(({ status }) => status !== null && status !== 'PENDING');
  const first = Math.min(...requests.map(({ intendedMs }) => intendedMs));
  const last = Math.max(...requests.map(({ answeredMs }) => answeredMs));
  const errors: Record<string, number> = {};
  for (const { error } of requests) if (error !== null) errors[error] = (errors[error] ?? 0) + 1;
  return {
    sent: requests.length,
    succeeded: count('SUCCEEDED'),
    declined: count('DECLINED'),
    failed: count('FAILED'),
    pending: requests.length - answered.length,
    withinDeadline,
    availability: requests.length === 0 ? 0 : withinDeadline / requests.length,
    wilson95: wilson95(withinDeadline, requests.length),
    latencyMs: summarize(answered.map(({ answeredMs, intendedMs }) => answeredMs - intendedMs)),
    throughputPerSec: requests.length === 0 ? 0 : Math.round((answered.length / Math.max(1, last - first)) * 10_000) / 10,
    faults: [...faults],
    handovers: [...handovers],
    errors,
  };
}
