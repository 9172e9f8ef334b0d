/** The facts that the alerts are evaluated over. */
import { countFailovers, measureGrowth } from '../../../../monitor/alerts/gather-facts.js';
import type { ElectionRow } from '../../../../monitor/cluster/history.js';
import type { Sample } from '../../../../monitor/status/sampler.js';

const sample = (at: number, pending: number | null): Sample => ({
  at,
  rates: {},
  queue: {
    waiting: 0,
    active: 0,
    pending,
    failed: 0,
    oldestPendingSec: null,
    oldestError: null,
    oldestDueSec: null,
  },
  latency: null,
  pings: {},
});

test('the growth is measured between the first and the last known count', () => {
  const samples = [sample(0, null), sample(1_000, 10), sample(2_000, 500), sample(3_000, 30)];
  expect(measureGrowth([...samples, sample(4_000, null)])).toBe(10);
});

test('the growth is not known without two counts', () => {
  expect(measureGrowth([])).toBeNull();
  expect(measureGrowth([sample(0, 5), sample(1_000, null)])).toBeNull();
});

const election = (kind: string, minutesAgo: number): ElectionRow =>
  ({ kind, electedAt: new Date(-minutesAgo * 60_000) }) as ElectionRow;

test('failovers are the elections of ten minutes, apart from planned ones and the first', () => {
  const rows = ['kill', 'planned', 'first', 'gray'].map((kind) => election(kind, 1));
  expect(countFailovers([...rows, election('kill', 11)], 0)).toBe(2);
});
