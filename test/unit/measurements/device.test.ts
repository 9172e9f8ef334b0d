/** Edges of a device that need no ensemble: options, the readings of a replica, names of nodes. */
import { describe, expect, test } from '@jest/globals';
import { loadDeviceConfig } from '../../../measurements/device/config.js';
import { toLatency, toTotals } from '../../../measurements/device/replica-meter.js';
import { sortCandidates, toCandidateName } from '../../../shared/zookeeper/election.js';

const TOKEN = { INTERNAL_TOKEN: 't' };

describe('options', () => {
  test('have defaults, and lists are read', () => {
    expect(loadDeviceConfig(TOKEN)).toMatchObject({ sessionTimeoutMs: 2_000, ownClock: true });
    expect(
      loadDeviceConfig({
        ...TOKEN,
        ZOOKEEPER: 'a:1, b:2',
        API_HOSTS: 'a, b.c',
        API_URL: 'http://a/nuevo',
      }),
    ).toMatchObject({ zookeeper: 'a:1,b:2', apiHosts: ['a', 'b.c'] });
  });

  test('every problem is reported at once', () => {
    const load = () =>
      loadDeviceConfig({ ZOOKEEPER: 'a:1,b', API_HOSTS: 'a,', SESSION_TIMEOUT_MS: '399' });
    for (const part of ['INTERNAL_TOKEN', 'ZOOKEEPER', 'API_HOSTS', 'SESSION_TIMEOUT_MS'])
      expect(load).toThrow(part);
  });

  test.each([
    [{ OWN_CLOCK: 'off' }, 'OWN_CLOCK=off is only possible with FAULTS=on'],
    [{ API_URL: 'http://other/nuevo' }, 'API_URL must name one of these hosts'],
    [{ API_URL: 'http://127.0.0.1/other' }, 'API_URL must end with /nuevo'],
  ])('%o is refused', (change, problem) =>
    expect(() => loadDeviceConfig({ ...TOKEN, ...change })).toThrow(problem),
  );

  test('the own clock can be switched off where faults exist', () => {
    const config = loadDeviceConfig({ ...TOKEN, OWN_CLOCK: 'off', FAULTS: 'on' });
    expect(config.ownClock).toBe(false);
  });
});

describe('latency of a replica', () => {
  const text = [
    'relevo_parcel_duration_seconds_bucket{le="1",service="payments"} 4',
    'relevo_parcel_duration_seconds_sum{service="payments",id="server_1"} 0.5',
    'relevo_parcel_duration_seconds_count{service="payments",id="server_1"} 4',
    'relevo_payments_completed_total{status="SUCCEEDED",id="server_1"} 7',
    'relevo_payments_completed_total{status="DECLINED",id="server_1"} 2',
  ].join('\n');
  const totals = { parcels: 4, seconds: 0.5, payments: 9 };

  test('the totals are read from the metrics', () => expect(toTotals(text)).toEqual(totals));

  test('is the mean since the earlier totals', () => {
    const before = { parcels: 2, seconds: 0.3, payments: 4 };
    expect(toLatency(before, totals)).toEqual({ ms: expect.closeTo(100), payments: 5 });
  });

  test('does not exist without payments', () => expect(toLatency(totals, totals)).toBeNull());

  test('of a restarted replica counts from its start', () => {
    const before = { parcels: 1_000, seconds: 900, payments: 5_000 };
    expect(toLatency(before, totals)).toEqual({ ms: 125, payments: 9 });
  });
});

describe('candidates', () => {
  const guid = '0d5c2a53-6a0f-4a2b-9d2c-0123456789ab';

  test('are sorted by their sequence; other nodes are left out', () => {
    const nodes = [`b-${guid}-0000000010`, 'other', `a-${guid}-0000000011`, `c-${guid}-0000000009`];
    expect(sortCandidates(nodes).map(toCandidateName)).toEqual(['c', 'b', 'a']);
  });
});
