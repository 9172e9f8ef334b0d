/** The relation of a balancer's time-out to the longest silence of an instance. */
import { checkBalancerTimeout } from '../../../local/check-timeouts.js';
import { StartError } from '../../../local/errors.js';

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

test('an option of the instances that is wrong is named', () =>
  expect(check({ ACCEPT_RETRY_MS: 'soon' })).toThrow(/ACCEPT_RETRY_MS must be a whole number/));

test('without a balancer, and for other services, nothing is checked', () => {
  const pool = { serverTimeoutMs: 1 };
  expect(() => checkBalancerTimeout(PATIENTS, { balancer: null, pool }, {})).not.toThrow();
  expect(() =>
    checkBalancerTimeout({ kind: 'monitor' }, { balancer: 'haproxy', pool }, {}),
  ).not.toThrow();
});
