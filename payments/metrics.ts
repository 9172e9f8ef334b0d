/** What a replica measures, beyond its HTTP requests. */
import type { ReplicaReport } from '../shared/contracts/leadership.js';
import { counter, gauge, GROUP_SIZES, handoverSteps, histogram, measureDependencies } from '../shared/metrics.js';

export const paymentsCompleted = counter(
  'relevo_payments_completed_total',
  'Payments that got their final status here.',
  ['status'],
  [{ status: 'SUCCEEDED' }, { status: 'DECLINED' }, { status: 'FAILED' }],
);
export const retriesPlanned = counter('relevo_payment_retries_total', 'Payments put off to a later attempt.');
export const paymentsSetAside = counter(
  'relevo_payments_set_aside_total',
  'Times that a payment could not be written and was set aside: the database refused it, or its row was locked by another session.',
  ['reason'],
  [{ reason: 'refused' }, { reason: 'locked' }],
);
export const parcelSeconds = histogram('relevo_parcel_duration_seconds', 'From load to commit of one parcel.');
export const parcelSize = histogram('relevo_parcel_payments', 'Payments charged in one parcel.', [], GROUP_SIZES);
export const parcelsUnreadable = counter('relevo_parcels_unreadable_total', 'Jobs of the queue that carried no parcel and were dropped; the relay finds their payments.');
export const commitGroup = histogram('relevo_commit_group_payments', 'Payments written by one commit.', [], [...GROUP_SIZES, 2_000]);
export const commitSeconds = histogram('relevo_commit_duration_seconds', 'Duration of one commit, tries included.');
export const commitsRefused = counter('relevo_commits_refused_total', 'Commits that the fence refused: another leads.');
export const gatewaySeconds = histogram(
  'relevo_gateway_call_duration_seconds',
  'Duration of calls to the gateway, by what was asked and what it said.',
  ['call', 'result'],
);
export const relayFound = counter('relevo_relay_found_payments_total', 'Pending payments that the relay found in no parcel.');
export const relayed = counter(
  'relevo_relay_put_back_payments_total',
  'Payments put back into the queue, and those worked on without it because Redis was away.',
  ['way'],
  [{ way: 'queue' }, { way: 'direct' }],
);
export const reclaimed = counter('relevo_parcels_reclaimed_total', 'Parcels of an earlier leader taken over at promotion.');
export const handoverStepSeconds = handoverSteps();
export const currentTerm = gauge('relevo_term', 'The present term, as this process knows it.');
export const leads = gauge('relevo_leads', '1 while this replica leads.');

const parcelsInFlight = gauge('relevo_parcels_in_flight', 'Parcels this replica works on.');
const stalledSeconds = gauge('relevo_work_stalled_seconds', 'For how long payments have waited without any progress; 0: none waits, or there is progress.');

/** What is a state, not an event; called at every beat. */
export function measureReport(report: ReplicaReport): void {
  parcelsInFlight.set(report.parcelsInFlight);
  stalledSeconds.set((report.stalledMs ?? 0) / 1_000);
  measureDependencies(report.reaches);
}
