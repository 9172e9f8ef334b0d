/** The alerts of Prometheus are generated from the alerts of the monitors. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAlertsFile } from '../../../generate/alerts.js';
import { ROOT } from '../../../shared/web/assets.js';

const file = readFileSync(join(ROOT, 'deploy/prometheus/alerts.yml'), 'utf8');

test('deploy/prometheus/alerts.yml is up to date (npm run postman)', () =>
  expect(makeAlertsFile()).toBe(file));

test('a threshold of the monitor is the threshold of Prometheus', () =>
  expect(file).toMatch(/max\(relevo_backlog_oldest_age_seconds\) > 60$/m));
