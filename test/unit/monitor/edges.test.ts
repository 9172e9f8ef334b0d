/**
 * Parts of the edges without a network: configuration, log lines, the meaning of errors, the cache
 * of the counts, the page.
 */
import { toLine } from '../../../monitor/announce.js';
import { loadMonitorConfig, toSettings } from '../../../monitor/config.js';
import { consolePage } from '../../../monitor/console/shell.js';
import { createCachedCounts } from '../../../monitor/status/queue-counts.js';
import { toFailure } from '../../../monitor/cluster/replica-client.js';
import { ConfigError } from '../../../shared/config.js';
import { html } from '../../../shared/web/html.js';

const ENV = {
  DATABASE_URL: 'postgresql://x@127.0.0.1/x',
  REDIS_URL: 'redis://127.0.0.1',
  API_TOKEN: 'a',
  OPERATOR_TOKEN: 'o',
  INTERNAL_TOKEN: 'i',
  REPLICAS: 'server_1=http://127.0.0.1:5001',
  MONITORS: 'monitor_1=http://127.0.0.1:5000',
};

describe('the configuration', () => {
  test('has defaults for all options except addresses and tokens', () => {
    expect(toSettings(loadMonitorConfig(ENV))).toMatchObject({
      monitor: 'monitor_1',
      monitors: ['monitor_1'],
      replicas: ['server_1'],
      policy: 'random',
      pingIntervalMs: 2_000,
      beatTimeoutMs: 400,
    });
  });

  test.each([
    ['ID', 'monitor_9', 'MONITORS must name ID'],
    ['PING_TIMEOUT_MS', '2000', 'PING_TIMEOUT_MS must be below'],
    ['BEAT_TIMEOUT_MS', '200', 'BEAT_INTERVAL_MS × 2 must be below'],
    ['VOTE_FRESH_MS', '200', 'VOTE_INTERVAL_MS × 2 must be below'],
    ['TICK_MS', '400', 'TICK_MS must be below BEAT_TIMEOUT_MS'],
    ['DOUBT_MS', '0', 'DOUBT_MS must be between'],
    ['POLICY', 'best', 'POLICY must be one of random, lowest-id, fastest'],
    ['REPLICAS', 'server_1', 'REPLICAS must be name=address pairs'],
  ])('refuses %s=%s in words', (name, value, words) => {
    const load = (): unknown => loadMonitorConfig({ ...ENV, [name]: value });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(words);
  });
});

describe('the published console lines', () => {
  test('keep their exact words', () => {
    expect(toLine('replica:answered', { replica: 'server_1', pingMs: 1 }).text).toBe(
      'I AM ALIVE from server 1',
    );
    expect(toLine('replica:unanswered', { replica: 'server_2', cause: 'refused' }).text).toBe(
      'I AM OFF from server 2',
    );
    expect(toLine('leadership:learnt', { partition: 0, term: 3, leader: 'server_2' }).text).toBe(
      'The leader is server_2',
    );
  });
});

describe('a failed call', () => {
  test.each([
    [{ code: 'ECONNREFUSED' }, 'refused'],
    [{ code: 'ECONNRESET' }, 'reset'],
    [{ code: 'EPIPE' }, 'reset'],
    [{ code: 'ECONNABORTED' }, 'timeout'],
    [{ code: 'ERR_CANCELED' }, 'timeout'],
    [{ code: 'ERR_BAD_RESPONSE' }, 'error'],
    [new Error('not a report'), 'error'],
    [null, 'error'],
  ])('%j is %s', (error, cause) => expect(toFailure(error)).toBe(cause));
});

describe('the counts', () => {
  const OLDEST = { oldestPendingSec: 3, oldestError: 'gateway answered 503', oldestDueSec: 4 };
  const clock = { time: 0, now: () => clock.time, wall: () => new Date(0) };

  test('are read at most twice per second, and a part that fails is null', async () => {
    let asked = 0;
    const counts = createCachedCounts(
      {
        parcels: () => Promise.reject(new Error('Redis is away')),
        payments: async () => ({ ...OLDEST, pending: (asked += 1), failed: 0 }),
      },
      clock,
    );
    expect(await counts()).toEqual({
      waiting: null,
      active: null,
      pending: 1,
      failed: 0,
      ...OLDEST,
    });
    clock.time = 499;
    expect((await counts()).pending).toBe(1);
    clock.time = 500;
    expect((await counts()).pending).toBe(2);
  });

  test('do not wait for a source that never answers', async () => {
    const counts = createCachedCounts(
      {
        parcels: () => new Promise(() => undefined),
        payments: async () => ({ ...OLDEST, pending: 0, failed: 0 }),
      },
      clock,
    );
    expect(await counts()).toMatchObject({ waiting: null, pending: 0 });
  });
});

test('the console page escapes markup in a name', () => {
  const page = consolePage({
    title: 't',
    active: null,
    session: null,
    monitor: '<b>"x"</b>',
    body: html``,
    nonce: 'n',
  });
  expect(page).toContain('&lt;b&gt;&quot;x&quot;&lt;/b&gt;');
});
