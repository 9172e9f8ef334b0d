/** The metrics of the patients service, beyond those of its HTTP requests. */
import { counter, gauge, GROUP_SIZES, histogram } from '../shared/observability/metrics.js';

export const acceptGroupSize = histogram(
  'relevo_accept_group_payments',
  'Payments inserted by one statement.',
  [],
  GROUP_SIZES,
);
export const acceptSeconds = histogram(
  'relevo_accept_duration_seconds',
  'Time from the submission of a payment to its commit.',
);
export const acceptWaiting = gauge(
  'relevo_accept_waiting_payments',
  'Payments waiting for their insert.',
);
export const acceptedTotal = counter('relevo_payments_accepted_total', 'Payments accepted.');
export const replaysTotal = counter(
  'relevo_payment_replays_total',
  'Requests answered with the result of an earlier one with the same key.',
);
export const outcomesTotal = counter(
  'relevo_outcomes_total',
  'Outcomes delivered to waiting requests, by cause of the read: an event, a gap in the events, a poll of the row.',
  ['by'],
  [{ by: 'event' }, { by: 'gap' }, { by: 'row' }],
);
export const hintsUnreadable = counter(
  'relevo_outcome_events_unreadable_total',
  'Unreadable messages of the outcome channel; the rows are polled anyway.',
);
/** A batch begins and ends thousands of waits at once, so the gauge counts only when it is read. */
export const awaited = { count: (): number => 0 };
gauge('relevo_awaited_payments', 'Payments with an awaited outcome.', [], function () {
  this.set(awaited.count());
});
export const backlogGauge = gauge(
  'relevo_backlog_payments',
  'Accepted payments that are not final, at the last measurement.',
);
export const backlogAge = gauge(
  'relevo_backlog_oldest_age_seconds',
  'Age of the oldest payment that is not final; 0: none.',
);
export const backlogMax = gauge(
  'relevo_backlog_max_payments',
  'Limit of accepted payments that are not final; beyond it new payments are refused.',
);
export const refusedTotal = counter(
  'relevo_requests_refused_total',
  'Requests refused because a limit was reached, by limit.',
  ['reason'],
  [
    { reason: 'requests' },
    { reason: 'batches' },
    { reason: 'batch-payments' },
    { reason: 'backlog' },
    { reason: 'identifications' },
    { reason: 'overload-page' },
    { reason: 'overload-payment' },
    { reason: 'overload-outcome' },
  ],
);
export const overloaded = gauge(
  'relevo_overloaded',
  '1 while this instance refuses requests because its event loop is late, else 0.',
);
export const requestsUnderWay = gauge(
  'relevo_requests_under_way',
  'Single-payment requests in progress.',
);
export const batchesUnderWay = gauge('relevo_batches_under_way', 'Batches in progress.');
export const parcelsTotal = counter(
  'relevo_parcels_sent_total',
  'Parcels enqueued, and parcels left to the relay because Redis was unavailable.',
  ['fate'],
  [{ fate: 'queued' }, { fate: 'left-to-relay' }],
);
