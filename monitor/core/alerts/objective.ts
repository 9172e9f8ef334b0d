/**
 * The alerts about the objective: of 1,000 requests for a payment or a batch, 999 are neither
 * refused nor failed. The alerts fire at two rates that use up the budget of 30 days: in two days
 * (14.4 times too fast) or in five (6 times). The short window ends the alert soon after the cause
 * ended. Pure.
 * @see https://sre.google/workbook/alerting-on-slos/
 */
import type { AlertRule } from './rule.js';

export const OBJECTIVE_ALERTS: readonly AlertRule[] = [
  {
    name: 'RelevoAvailabilityBurnFast',
    severity: 'critical',
    expr: 'relevo:pay_requests_bad:ratio_rate1h > 14.4 * 0.001 and relevo:pay_requests_bad:ratio_rate5m > 14.4 * 0.001',
    summary:
      '{{ $value | humanizePercentage }} of the payment requests were refused or failed in the last hour',
    description: 'The budget of a month (0.1 %) would be used up in two days.',
    action: 'Look at the other alerts first: they name the cause.',
    find: null,
  },
  {
    name: 'RelevoAvailabilityBurnSlow',
    severity: 'warning',
    expr: 'relevo:pay_requests_bad:ratio_rate6h > 6 * 0.001 and relevo:pay_requests_bad:ratio_rate30m > 6 * 0.001',
    summary:
      '{{ $value | humanizePercentage }} of the payment requests were refused or failed in the last six hours',
    description: 'The budget of a month (0.1 %) would be used up in five days.',
    action: 'Look at the other alerts first: they name the cause.',
    find: null,
  },
];
