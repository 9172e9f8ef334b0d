/**
 * Checks alerts and dashboards against the repository: every alert is tested and explained, and
 * every metric they name exists.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { servicePlaces } from '../../../local/plan.js';
import { ROOT } from '../../../local/root.js';
import {
  expressionsOf,
  readAlerts,
  readDashboard,
  readRuleTests,
} from '../../support/observability.js';

const alerts = readAlerts();
const names = alerts.map(({ alert }) => alert);
const runbook = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8');
const sections = [...runbook.matchAll(/^## (Relevo\w+)$/gm)].map(([, name]) => name);
const documented = new Set(
  [
    ...readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8').matchAll(
      /^\| `(relevo_\w+)` \| (\w+)/gm,
    ),
  ].flatMap(([, name = '', type]) =>
    type === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name],
  ),
);

/** Our metrics in an expression that the documentation lacks. */
const unknownMetrics = (expression: string): string[] =>
  (expression.match(/\brelevo_\w+/g) ?? []).filter((name) => !documented.has(name));

test.each(alerts)(
  '$alert describes itself, and the runbook describes the response',
  ({ alert, labels, annotations }) => {
    expect(['critical', 'warning', 'info']).toContain(labels.severity);
    expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook_url']);
    expect(annotations['runbook_url']).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    expect(sections).toContain(alert);
  },
);

test('the runbook has one section per alert, in their order, and no other', () =>
  expect(sections.toSorted()).toEqual(names.toSorted()));

test.each(names)('%s has a test in which it fires and one in which it does not', (name) => {
  const cases = readRuleTests().flatMap(({ alert_rule_test: tests }) =>
    tests.filter(({ alertname }) => alertname === name),
  );
  expect(cases.some(({ exp_alerts: expected }) => expected.length > 0)).toBe(true);
  expect(cases.some(({ exp_alerts: expected }) => expected.length === 0)).toBe(true);
});

test('alerts, recording rules and dashboards use only documented metrics', () => {
  const recorded = readFileSync(join(ROOT, 'deploy/prometheus/recording.yml'), 'utf8');
  const all = [...alerts.map(({ expr }) => expr), recorded, ...expressionsOf(readDashboard())];
  expect(all.join().match(/\brelevo_\w+/g)?.length).toBeGreaterThan(50);
  expect(all.flatMap(unknownMetrics)).toEqual([]);
  expect(unknownMetrics('rate(relevo_payments_lost_total[1m])')).toEqual([
    'relevo_payments_lost_total',
  ]);
});

test('the panels of the dashboard have titles and descriptions and do not overlap', () => {
  const { panels } = readDashboard();
  const boxes = panels.map(({ gridPos }) => gridPos);
  for (const panel of panels.filter(({ type }) => type !== 'row'))
    expect(panel.description).toMatch(/\.$/);
  const overlap = boxes.filter((one, index) =>
    boxes.some(
      (other, at) =>
        at > index &&
        one.x < other.x + other.w &&
        other.x < one.x + one.w &&
        one.y < other.y + other.h &&
        other.y < one.y + one.h,
    ),
  );
  expect(overlap).toEqual([]);
  expect(Math.max(...boxes.map(({ x, w }) => x + w))).toBe(24);
});

describe('targets', () => {
  interface Group {
    targets: string[];
    labels: { job: string; service: string; id: string };
  }
  const read = (file: string): Group[] =>
    parse(readFileSync(join(ROOT, 'deploy/prometheus', file), 'utf8')) as Group[];
  const hostOf = (id: string): string => id.replace('_', '-');

  test.each([
    [
      'targets/services.yml',
      { patients: 1, monitors: 1, replicas: 3, gateway: 'simulated' },
      () => '127.0.0.1',
    ],
    [
      'targets.compose/services.yml',
      { patients: 2, monitors: 3, replicas: 3, gateway: 'http', balancer: 'haproxy' },
      hostOf,
    ],
  ] as const)('%s names every service of its set', (file, shape, host) => {
    const expected = servicePlaces(shape).map(({ name, kind, fixedPort }) => ({
      targets: [`${host(name)}:${fixedPort}`],
      labels: { job: kind, service: kind, id: name },
    }));
    expect(read(file)).toEqual(expected);
  });

  test('targets.measurements/services.yml names what --measurements adds', () => {
    const shape = { patients: 1, monitors: 1, replicas: 3, gateway: 'simulated' } as const;
    const usual = servicePlaces(shape).length;
    const added = servicePlaces({ ...shape, measurements: true }).slice(usual);
    expect(read('targets.measurements/services.yml')).toEqual(
      added.map(({ name, kind, fixedPort }) => ({
        targets: [`127.0.0.1:${fixedPort}`],
        labels: { job: kind, service: kind, id: name },
      })),
    );
  });
});

test('the files that Grafana reads at its start exist', () => {
  const folder = join(ROOT, 'deploy/grafana/provisioning');
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yml'),
  )) {
    expect(parse(readFileSync(join(folder, file), 'utf8'))).toMatchObject({ apiVersion: 1 });
  }
});
