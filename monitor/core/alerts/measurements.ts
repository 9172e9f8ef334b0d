/** The alert about the measurements. Pure. */
import type { AlertRule } from './rule.js';

export const MEASUREMENT_ALERTS: readonly AlertRule[] = [
  {
    name: 'RelevoNoMean',
    severity: 'warning',
    expr: 'min(relevo_measurement_round_age_seconds) > 5 * (max(relevo_measurement_period_seconds) or vector(5))',
    holds: '30s',
    summary: 'The measurement rounds have no mean',
    description:
      'The API of the measurements has kept no mean for {{ $value | humanizeDuration }}, longer than five periods. Payments are not affected.',
    action: 'Check the devices and the members of ZooKeeper; payments are not affected.',
    find: null,
  },
];
