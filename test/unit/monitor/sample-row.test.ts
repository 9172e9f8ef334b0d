/** One stored sample: the figures of the last seconds and the states at their end. */
import { STATUS } from '../../../monitor/http/examples.js';
import { sampleStates, toSampleRow } from '../../../monitor/samples/sample-row.js';
import type { Sample } from '../../../monitor/status/sampler.js';
import { status as statusSchema, type Status } from '../../../shared/contracts/status.js';

const NOW: Status = statusSchema.parse(STATUS);
const sample = (more: Partial<Sample>): Sample => ({
  at: 0,
  rates: { server_1: 0, server_2: 10 },
  queue: { ...NOW.queue, oldestError: null, oldestDueSec: null },
  latency: null,
  pings: {},
  ...more,
});

test('rates and medians are means, the 99th percentile is the highest', () => {
  const row = toSampleRow(NOW, [
    sample({ latency: { p50: 40, p99: 90 } }),
    sample({ rates: { server_1: 0, server_2: 30 }, latency: { p50: 60, p99: 70 } }),
    sample({ rates: { server_1: 0, server_2: 20 } }),
  ]);
  expect(row).toMatchObject({ leader: 'server_2', term: 4, committed: 20, p50Ms: 50, p99Ms: 90 });
  expect(row.states.replicas['server_2']).toEqual({ observed: 'alive', admin: 'ready', rate: 20 });
});

test('without payments the latency is not known; without samples the rate is not known', () => {
  expect(toSampleRow(NOW, [sample({})])).toMatchObject({ p50Ms: null, p99Ms: null, committed: 10 });
  expect(toSampleRow(NOW, []).committed).toBeNull();
});

test('the states have names and words, and no address', () => {
  const { states } = toSampleRow(
    { ...NOW, waiting: { cause: 'leader', sentence: 'no leader' } },
    [],
  );
  expect(sampleStates.parse(states)).toEqual(states);
  expect(JSON.stringify(states)).not.toMatch(/http|pid|url/);
});
