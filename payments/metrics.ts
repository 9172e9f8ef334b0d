/** Metrics of a replica, in addition to those of its HTTP requests. */
import type { ReplicaReport } from '../shared/contracts/leadership.js';
import type { FinalOutcome } from './core/parcel.js';
import {
  counter,
  gauge,
  GROUP_SIZES,
  handoverSteps,
  histogram,
  measureDependencies,
} from '../shared/observability/metrics.js';

const paymentsCompleted = counter(
  'relevo_payments_completed_total',
  'Payments that got their final status here.',
  ['status'],
  [{ status: 'SUCCEEDED' }, { status: 'DECLINED' }, { status: 'FAILED' }],
);
export const chargedEarly = counter(
  'relevo_payments_charged_early_total',
  'Charges begun before the term of this replica, while the leader of a planned hand-over finished.',
);
export const retriesPlanned = counter(
  'relevo_payment_retries_total',
  'Payments deferred to a later attempt.',
);
export const paymentsSetAside = counter(
  'relevo_payments_set_aside_total',
  'Times that a payment could not be written and was set aside: the database refused it, or its row was locked by another session.',
  ['reason'],
  [{ reason: 'refused' }, { reason: 'locked' }],
);
export const parcelSeconds = histogram(
  'relevo_parcel_duration_seconds',
  'From load to commit of one parcel.',
);
export const parcelSize = histogram(
  'relevo_parcel_payments',
  'Payments charged in one parcel.',
  [],
  GROUP_SIZES,
);
export const parcelsUnreadable = counter(
  'relevo_parcels_unreadable_total',
  'Queue jobs that were dropped because they carried no parcel; the relay finds their payments.',
);
export const commitGroup = histogram(
  'relevo_commit_group_payments',
  'Payments written by one commit.',
  [],
  [...GROUP_SIZES, 2_000],
);
export const commitSeconds = histogram(
  'relevo_commit_duration_seconds',
  'Duration of one commit, including retries.',
);
export const commitsRefused = counter(
  'relevo_commits_refused_total',
  'Commits that the fence refused because another replica leads.',
);
export const gatewaySeconds = histogram(
  'relevo_gateway_call_duration_seconds',
  'Duration of calls to the gateway, by call and result.',
  ['call', 'result'],
);
export const relayFound = counter(
  'relevo_relay_found_payments_total',
  'Pending payments that the relay found in no parcel.',
);
export const relayed = counter(
  'relevo_relay_put_back_payments_total',
  'Payments that the relay returned to the queue, or processed directly because Redis did not deliver.',
  ['way'],
  [{ way: 'queue' }, { way: 'direct' }],
);
export const reclaimed = counter(
  'relevo_parcels_reclaimed_total',
  'Parcels of an earlier leader taken over at promotion.',
);
export const handoverStepSeconds = handoverSteps();
export const currentTerm = gauge('relevo_term', 'The present term, as this process knows it.');
export const leads = gauge('relevo_leads', '1 while this replica leads.');

const parcelsInFlight = gauge('relevo_parcels_in_flight', 'Parcels in flight in this replica.');
const stalledSeconds = gauge(
  'relevo_work_stalled_seconds',
  'How long payments have waited without any progress; 0: none waits, or there is progress.',
);

/** Sets the gauges from a report; called at every beat. */
export function measureReport(report: ReplicaReport): void {
  parcelsInFlight.set(report.parcelsInFlight);
  stalledSeconds.set((report.stalledMs ?? 0) / 1_000);
  measureDependencies(report.reaches);
}

/** Counts the payments that became final. */
export function countCompleted(payments: readonly Pick<FinalOutcome, 'status'>[]): void {
  const counts = new Map<FinalOutcome['status'], number>();
  for (const { status } of payments) counts.set(status, (counts.get(status) ?? 0) + 1);
  for (const [status, count] of counts) paymentsCompleted.inc({ status }, count);
}
