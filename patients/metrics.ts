/** What can be seen of the patients service from outside, beyond its HTTP requests. */
import { counter, gauge, GROUP_SIZES, histogram } from '../shared/metrics.js';

export const acceptGroupSize = histogram('relevo_accept_group_payments', 'Payments inserted by one statement.', [], GROUP_SIZES);
export const acceptSeconds = histogram('relevo_accept_duration_seconds', 'From handing a payment in to its commit.');
export const acceptWaiting = gauge('relevo_accept_waiting_payments', 'Payments that wait for their insert.');
export const acceptedTotal = counter('relevo_payments_accepted_total', 'Payments accepted.');
export const replaysTotal = counter('relevo_payment_replays_total', 'Requests answered from an earlier one with the same key.');
export const outcomesTotal = counter(
  'relevo_outcomes_total',
  'Outcomes that reached who waited, by what brought them: an event, a gap in the events, a look at the row.',
  ['by'],
  [{ by: 'event' }, { by: 'gap' }, { by: 'row' }],
);
export const hintsUnreadable = counter('relevo_outcome_events_unreadable_total', 'Messages of the outcome channel that could not be read; the rows tell.');
export const waitingGauge = gauge('relevo_awaited_payments', 'Payments whose outcome somebody waits for.');
export const backlogGauge = gauge('relevo_backlog_payments', 'Payments accepted and not final, as the last look at the record saw them.');
export const backlogAge = gauge('relevo_backlog_oldest_age_seconds', 'Age of the oldest payment that is not final; 0: there is none.');
export const backlogMax = gauge('relevo_backlog_max_payments', 'Beyond so many payments that are not final nothing new is accepted.');
export const refusedTotal = counter(
  'relevo_requests_refused_total',
  'Requests refused for lack of room, by what was full.',
  ['reason'],
  [{ reason: 'requests' }, { reason: 'batches' }, { reason: 'batch-payments' }, { reason: 'backlog' }, { reason: 'identifications' }],
);
export const requestsUnderWay = gauge('relevo_requests_under_way', 'Requests for a payment that are not answered yet.');
export const batchesUnderWay = gauge('relevo_batches_under_way', 'Batches that are not answered yet.');
export const parcelsTotal = counter(
  'relevo_parcels_sent_total',
  'Parcels handed to the queue, and those left to the relay because Redis was away.',
  ['fate'],
  [{ fate: 'queued' }, { fate: 'left-to-relay' }],
);
