/** All alerts by group. Pure. */
import { ACCEPTANCE_ALERTS } from './acceptance.js';
import { ENGINE_ALERTS } from './engines.js';
import { LEADERSHIP_ALERTS } from './leadership.js';
import { MEASUREMENT_ALERTS } from './measurements.js';
import { OBJECTIVE_ALERTS } from './objective.js';
import { PAYMENT_ALERTS } from './payments.js';
import { PROCESS_ALERTS } from './processes.js';
import type { AlertFacts, AlertRule, AlertFinding } from './rule.js';

/** Name of the group in Prometheus → its rules. */
export const ALERT_GROUPS: Readonly<Record<string, readonly AlertRule[]>> = {
  'relevo-leadership': LEADERSHIP_ALERTS,
  'relevo-processes': PROCESS_ALERTS,
  'relevo-payments': [...PAYMENT_ALERTS, ...ACCEPTANCE_ALERTS],
  'relevo-engines': ENGINE_ALERTS,
  'relevo-measurements': MEASUREMENT_ALERTS,
  'relevo-objective': OBJECTIVE_ALERTS,
};

export const ALERT_RULES: readonly AlertRule[] = Object.values(ALERT_GROUPS).flat();

export interface Found extends AlertFinding {
  rule: AlertRule;
}

/** Every condition that holds now. */
export const findAlerts = (facts: AlertFacts): Found[] =>
  ALERT_RULES.flatMap((rule) =>
    (rule.find?.(facts) ?? []).map((finding) => ({ ...finding, rule })),
  );
