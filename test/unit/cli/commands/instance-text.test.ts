import { statusSummary } from '../../../../shared/contracts/status.js';
import {
  formatBeforeInstanceState,
  formatInstanceState,
} from '../../../../cli/commands/instance-text.js';
import { formatStatus, formatStatusLine } from '../../../../cli/commands/status-text.js';

const NOW = new Date('2026-01-01T00:01:00Z');
const STATUS = {
  partitions: [{ partition: 0, term: 3, leader: 'server_1' }],
  replicas: [{ id: 'server_1', admin: 'ready', observed: 'alive' }],
  patients: [
    { id: 'patients_1', admin: 'ready', observed: 'alive', balancer: 'up' },
    { id: 'patients_2', admin: 'drain', observed: 'suspect', balancer: 'down' },
  ],
  balancer: { name: 'haproxy', answers: true },
  queue: {},
};
const format = (change: object): string =>
  formatStatus({ local: null, status: statusSummary.parse({ ...STATUS, ...change }) }, NOW);

describe('the instances in the status', () => {
  test('have an administrative and two observed states, within 80 columns', () => {
    const text = format({});
    expect(text).toMatch(/instance +admin +observed +haproxy\n/);
    expect(text).toMatch(/patients_2 +drain +suspect +down\n/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('are shown only behind a balancer, also by an older monitor', () => {
    expect(format({ balancer: null })).not.toContain('patients_1');
    expect(format({ balancer: undefined, patients: undefined })).not.toContain('patients_1');
  });

  test('a balancer that does not answer is named', () => {
    const balancer = { name: 'haproxy', answers: false };
    expect(format({ balancer })).toContain('The balancer does not answer.');
  });

  test('are part of the line that `--watch` prints', () => {
    const status = statusSummary.parse(STATUS);
    expect(formatStatusLine({ local: null, status })).toContain('patients_2 suspect (drain)');
  });
});

test('the effect of a state, and the result', () => {
  expect(formatBeforeInstanceState('patients_2', 'ready', 'drain')).toBe(
    'patients_2 is ready. In drain it keeps its clients and gets no new ones.',
  );
  const answer = { id: 'patients_2', admin: 'drain', reason: 'x', balancer: 'up' };
  expect(formatInstanceState(answer, NOW)).toBe(
    'patients_2 is set to drain in the balancer. For the balancer it is up.',
  );
});
