/** Generates deploy/prometheus/alerts.yml from the alerts that the monitors evaluate too. */
import { stringify } from 'yaml';
import type { AlertRule } from '../monitor/core/alerts/rule.js';
import { ALERT_GROUPS } from '../monitor/core/alerts/rules.js';

const HEAD = `# Generated from monitor/core/alerts by \`npm run postman\`; do not edit.
# Alerts and their urgency: critical now, warning today, info when there is time. docs/runbook.md has the actions.
# Each rule has its test in alerts.test.yml.
`;

/** The section of the runbook about an alert, relative to the repository. */
const toRunbook = (name: string): string => `docs/runbook.md#${name.toLowerCase()}`;

const toPrometheus = ({ name, severity, expr, holds, summary, description }: AlertRule) => ({
  alert: name,
  expr,
  ...(holds === undefined ? {} : { for: holds }),
  labels: { severity },
  annotations: { summary, description, runbook_url: toRunbook(name) },
});

/** The rules in the format of Prometheus. */
export function makeAlertsFile(): string {
  const groups = Object.entries(ALERT_GROUPS).map(([name, rules]) => ({
    name,
    rules: rules.map(toPrometheus),
  }));
  return HEAD + stringify({ groups }, { lineWidth: 0, singleQuote: true });
}
