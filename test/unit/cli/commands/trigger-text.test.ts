/** The texts and exit codes of `relevo trigger`. */
import {
  getTriggerExitCode,
  TEST_OUTCOMES,
  TEST_PLANS,
  type TestOutcome,
  type TestPayment,
} from '../../../../cli/commands/trigger-plans.js';
import { formatTriggered, formatTriggerIntent } from '../../../../cli/commands/trigger-text.js';
import { paintNothing } from '../../../../cli/output/paint.js';
import type { Payment } from '../../../../shared/contracts/payment.js';

const ID = '01939c0e-6b7a-7c3e-9f52-0d6a54f0a001';
const part = (status: Payment['status'], more: Partial<Payment> = {}): Payment =>
  ({ id: ID, kind: 'charge', reason: null, ...more, status }) as Payment;

const asPlanned = (outcome: TestOutcome): TestPayment => {
  const { status, state } = TEST_PLANS[outcome].intended;
  const reason = status === 'DECLINED' ? 'INSUFFICIENT_FUNDS' : null;
  return { outcome, payment: part(status, { reason }), state, operation: null };
};
const ALL = TEST_OUTCOMES.map(asPlanned);
const declined: TestPayment = {
  outcome: 'succeeded',
  payment: part('DECLINED', { reason: 'DECLINED_BY_ISSUER' }),
  state: null,
  operation: null,
};
const pending: TestPayment = {
  outcome: 'refunded',
  payment: part('SUCCEEDED'),
  state: 'captured',
  operation: part('PENDING', { kind: 'refund' }),
};

const page = `http://127.0.0.1:5000/payments?patientId=${ID}`;
const show = (made: readonly TestPayment[], waiting: string | null = null): string =>
  formatTriggered({ made, waiting, page }, paintNothing);

/** In one line, with single spaces. */
const flat = (text: string): string => text.replace(/\s+/g, ' ');

test('every outcome has a row with its payment, status, state and reason', () => {
  const text = show(ALL);
  for (const { outcome } of ALL)
    expect(text).toMatch(new RegExp(`^${outcome} +${ID} +(succeeded|declined)`, 'm'));
  expect(flat(text)).toContain('declined, INSUFFICIENT_FUNDS');
  expect(text).toContain('7 of 7 as intended.');
  expect(text).toContain(`In the console: ${page}`);
  expect(text).not.toContain('intended:');
});

test('another outcome names the intended one, and that only simulated gateways know the amounts', () => {
  const text = flat(show([...ALL.slice(1), declined]));
  expect(text).toContain('declined, DECLINED_BY_ISSUER, intended: captured');
  expect(text).toContain(
    '1 of 7 not as intended. Only the simulated gateways decide by the test amounts.',
  );
});

test('a refused operation shows in the row of its payment', () => {
  const operation = part('DECLINED', { kind: 'refund', reason: 'NOT_CAPTURED' });
  expect(flat(show([{ ...pending, operation }]))).toContain(
    'succeeded, captured, refund declined NOT_CAPTURED, intended: refunded',
  );
});

test('a pending operation is pending, with its cause', () => {
  const text = flat(show([pending], 'the gateway answered 503'));
  expect(text).toContain('refund pending');
  expect(text).toContain('1 of 1 pending: the gateway answered 503.');
});

test('the table fits 80 columns', () => {
  const text = show([...ALL, declined, pending], 'the gateway answered 503; next attempt in 4 s');
  const rows = text.split('\n').filter((line) => !line.includes(page));
  for (const line of [...rows, ...formatTriggerIntent(7, 'Ana '.repeat(30)).split('\n')])
    expect(line.length).toBeLessThanOrEqual(80);
  expect(formatTriggerIntent(1, 'Ana')).toBe('Making 1 test payment in XTS for Ana.');
});

test.each([
  ['all as intended', ALL, 0],
  ['one declined', [...ALL, declined], 1],
  ['one pending', [...ALL, pending], 2],
  ['one declined and one pending', [declined, pending], 1],
])('the exit code with %s', (_name, made, code) => {
  expect(getTriggerExitCode(made)).toBe(code);
});
