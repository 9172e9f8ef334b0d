/** The calls of the last minute to the gateway, as a replica reports them. */
import { GatewayWindow, WINDOW_SEC } from '../../../payments/gateway/gateway-window.js';
import { gatewayReport } from '../../../shared/contracts/leadership.js';

const APPROVED = { kind: 'approved', reference: 'r' } as const;
const REFUSED = { kind: 'unavailable', error: 'gateway answered 503' } as const;

test('counts calls, failures and percentiles of the duration', () => {
  const window = new GatewayWindow();
  for (let call = 1; call <= 100; call += 1)
    window.add(call % 4 === 0 ? REFUSED : APPROVED, call, 5_000 + call);
  expect(window.summarize(6_000)).toEqual({
    calls: 100,
    failed: 25,
    p50Ms: 50,
    p99Ms: 99,
    error: 'gateway answered 503',
  });
});

test('a look-up without a charge and a closed key are answers', () => {
  const window = new GatewayWindow();
  window.add({ kind: 'absent' }, 1, 0);
  window.add({ kind: 'cancelled' }, 1, 0);
  window.add({ kind: 'declined', reference: 'r', reason: 'NO_FUNDS' }, 1, 0);
  expect(window.summarize(0)).toMatchObject({ calls: 3, failed: 0, error: null });
});

test('forgets calls after a minute, and an error after ten seconds without another', () => {
  const window = new GatewayWindow();
  window.add(REFUSED, 3, 0);
  expect(window.summarize(9_999).error).toBe('gateway answered 503');
  expect(window.summarize(10_000)).toMatchObject({ failed: 1, error: null });
  expect(window.summarize(WINDOW_SEC * 1_000)).toEqual({
    calls: 0,
    failed: 0,
    p50Ms: null,
    p99Ms: null,
    error: null,
  });
});

test('is bounded, and its report is valid, after an hour of long errors', () => {
  const window = new GatewayWindow();
  const error = `a\n${'b'.repeat(5_000)}`;
  for (let second = 0; second < 3_600; second += 1)
    for (let call = 0; call < 20; call += 1)
      window.add({ kind: 'unknown', error }, 5, second * 1_000);
  const report = window.summarize(3_599_500);
  expect(report).toMatchObject({ calls: 20 * WINDOW_SEC, failed: 20 * WINDOW_SEC });
  expect(gatewayReport.parse(report).error).toMatch(/^a b{118}$/);
  expect(JSON.stringify(window).length).toBeLessThan(40_000);
});

test('a clock that was set back makes no negative duration, which no monitor would accept', () => {
  const window = new GatewayWindow();
  window.add(APPROVED, -3_000, 0);
  expect(gatewayReport.safeParse(window.summarize(0)).success).toBe(true);
  expect(window.summarize(0)).toMatchObject({ p50Ms: 0, p99Ms: 0 });
});
