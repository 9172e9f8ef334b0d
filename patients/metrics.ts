/** What can be seen of the patients service from outside. */
import { counter, gauge, histogram } from '../shared/metrics.js';

export const acceptGroupSize = histogram('relevo_accept_group_size', 'Payments inserted by one statement.', [], [1, 2, 5, 10, 20, 50, 100, 200, 500]);
export const acceptSeconds = histogram('relevo_accept_duration_seconds', 'From handing a payment in to its commit.');
export const acceptWaiting = gauge('relevo_accept_waiting', 'Payments that wait for their insert.');
export const acceptedTotal = counter('relevo_payments_accepted_total', 'Payments accepted.');
export const replaysTotal = counter('relevo_payment_replays_total', 'Requests answered from an earlier one with the same key.');
export const outcomesTotal = counter('relevo_outcomes_total', 'Outcomes that reached who waited, by what brought them.', ['by']);
export const waitingGauge = gauge('relevo_waiting_payments', 'Payments whose outcome somebody waits for.');
export const backlogGauge = gauge('relevo_backlog_payments', 'Payments accepted and not final, as the last look at the record saw them.');
export const refusedTotal = counter('relevo_refused_total', 'Requests refused for lack of room, by what was full.', ['reason']);
export const requestsUnderWay = gauge('relevo_requests_under_way', 'Requests for a payment that are not answered yet.');
export const batchesUnderWay = gauge('relevo_batches_under_way', 'Batches that are not answered yet.');
export const parcelsTotal = counter('relevo_parcels_total', 'Parcels handed to the queue, and those left to the relay because Redis was away.', ['fate']);
