/** The relation of a balancer's time-out to the longest silence of an instance. */
import { checkBalancerTimeout, getLongestPaymentMs } from '../../../local/check-timeouts.js';
import { StartError } from '../../../local/errors.js';
import { loadMonitorConfig } from '../../../monitor/config.js';
import { loadPatientsConfig } from '../../../patients/config.js';
import { getLongestAcceptanceMs } from '../../../shared/patience.js';

const PATIENTS = { kind: 'patients' } as const;
const check = (env: NodeJS.ProcessEnv, serverTimeoutMs?: number) => (): void =>
  checkBalancerTimeout(
    PATIENTS,
    { balancer: 'haproxy', ...(serverTimeoutMs ? { pool: { serverTimeoutMs } } : {}) },
    env,
  );

test.each([
  ['the defaults', {}],
  ['the longest patience', { ACCEPT_RETRY_MS: '60000' }],
  ['the longest batch', { BATCH_TIMEOUT_MS: '600000' }],
])('the time-out of the product fits %s', (_name, env) => expect(check(env)).not.toThrow());

test('a payment that waits for PostgreSQL and for its outcome needs a longer time-out', () => {
  const env = { ACCEPT_RETRY_MS: '30000', BATCH_TIMEOUT_MS: '0' };
  expect(check(env, 65_000)).toThrow(StartError);
  expect(check(env, 65_000)).toThrow(/65000 ms must be above 65000 ms.*ACCEPT_RETRY_MS/);
  expect(check(env, 65_001)).not.toThrow();
});

test('a batch needs one too', () =>
  expect(check({ BATCH_TIMEOUT_MS: '90000' }, 95_000)).toThrow(/above 95000 ms/));

const ADDRESS = 'postgresql://localhost';
const CLUSTER = { DATABASE_URL: `${ADDRESS}:1,localhost:2/relevo?target_session_attrs=read-write` };

test('the patience of a cluster counts without ACCEPT_RETRY_MS', () => {
  const env = { ...CLUSTER, BATCH_TIMEOUT_MS: '0' };
  expect(check(env, 65_000)).toThrow(/must be above 65000 ms/);
  expect(check(env, 65_001)).not.toThrow();
});

describe.each([
  ['one server', { DATABASE_URL: `${ADDRESS}/relevo` }, 3_000],
  ['a cluster', CLUSTER, 30_000],
  ['a chosen patience', { ...CLUSTER, ACCEPT_RETRY_MS: '12000' }, 12_000],
])('with %s', (_name, database, patienceMs) => {
  const env = {
    ...database,
    ...{ REDIS_URL: 'redis://localhost', REPLICAS: 'a=http://localhost:1' },
    ...{ ID: 'monitor_1', MONITORS: 'monitor_1=http://localhost:2' },
    ...{ API_TOKEN: 'a'.repeat(32), OPERATOR_TOKEN: 'b'.repeat(32) },
    INTERNAL_TOKEN: 'c'.repeat(32),
  };

  test('a monitor and a rolling restart wait longer than an instance', () => {
    const { acceptRetryMs } = loadPatientsConfig(env);
    expect(acceptRetryMs).toBe(patienceMs);
    const ofMonitor = loadMonitorConfig(env).acceptRetryMs;
    expect(ofMonitor).toBe(acceptRetryMs);
    expect(getLongestAcceptanceMs(ofMonitor)).toBeGreaterThan(acceptRetryMs + 1_000);
    // A payment waits for PostgreSQL and then up to 30 s for its outcome.
    expect(getLongestPaymentMs(env)).toBeGreaterThan(acceptRetryMs + 30_000 + 1_000);
  });
});

test('an option of the instances that is wrong is named', () =>
  expect(check({ ACCEPT_RETRY_MS: 'soon' })).toThrow(/ACCEPT_RETRY_MS must be a whole number/));

test('without a balancer, and for other services, nothing is checked', () => {
  const pool = { serverTimeoutMs: 1 };
  expect(() => checkBalancerTimeout(PATIENTS, { balancer: null, pool }, {})).not.toThrow();
  expect(() =>
    checkBalancerTimeout({ kind: 'monitor' }, { balancer: 'haproxy', pool }, {}),
  ).not.toThrow();
});
