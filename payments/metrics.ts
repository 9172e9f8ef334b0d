/** What a replica counts. */
import { counter, gauge, histogram } from '../shared/metrics.js';

export const paymentsCompleted = counter('relevo_payments_completed_total', 'Payments that got their final status here.', ['status']);
export const retriesPlanned = counter('relevo_payment_retries_total', 'Payments put off to a later attempt.');
export const parcelSeconds = histogram('relevo_parcel_duration_seconds', 'From load to commit of one parcel.');
export const parcelSize = histogram('relevo_parcel_payments', 'Payments charged in one parcel.', [], [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]);
export const commitGroup = histogram('relevo_commit_payments', 'Payments written by one commit.', [], [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]);
export const commitsRefused = counter('relevo_commits_refused_total', 'Commits that the fence refused: another leads.');
export const relayed = counter('relevo_relayed_payments_total', 'Pending payments in no parcel that were put back.', ['way']);
export const reclaimed = counter('relevo_reclaimed_parcels_total', 'Parcels of an earlier leader taken over at promotion.');
export const promotionSeconds = histogram('relevo_promotion_duration_seconds', 'From the news of the election to the first fetch.');
export const currentTerm = gauge('relevo_term', 'The highest term this replica has heard of.');
export const leads = gauge('relevo_leads', '1 while this replica leads.');
