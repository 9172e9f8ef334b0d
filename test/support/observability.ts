/** The rules and dashboards of deploy/, read for the tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../local/root.js';

export interface AlertRule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: Record<string, string>;
}

interface RuleTest {
  name: string;
  alert_rule_test: readonly { alertname: string; exp_alerts: readonly unknown[] }[];
}

interface Panel {
  title: string;
  type: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: readonly { expr: string }[];
}

export interface Dashboard {
  uid: string;
  annotations: { list: readonly { expr: string }[] };
  panels: readonly Panel[];
}

const read = (path: string): string => readFileSync(join(ROOT, 'deploy', path), 'utf8');
const readYaml = <T>(path: string): T => parse(read(path)) as T;

export const readAlerts = (): AlertRule[] =>
  readYaml<{ groups: { rules: AlertRule[] }[] }>('prometheus/alerts.yml').groups.flatMap(
    ({ rules }) => rules,
  );
export const readRuleTests = (): RuleTest[] =>
  readYaml<{ tests: RuleTest[] }>('prometheus/alerts.test.yml').tests;
export const readDashboard = (): Dashboard =>
  JSON.parse(read('grafana/dashboards/relevo.json')) as Dashboard;

/** Every expression of a dashboard, with its variables filled in. */
export const expressionsOf = ({ panels, annotations }: Dashboard): string[] =>
  [...panels.flatMap(({ targets = [] }) => targets), ...annotations.list].map(({ expr }) =>
    expr.replaceAll('$__rate_interval', '1m'),
  );
