/**
 * The decision of an overloaded instance, with simulated turns of the event loop; and the kinds of
 * requests.
 */
import { getRefusedRoute, getRequestKind } from '../../../patients/core/request-kind.js';
import {
  FEW_REQUESTS,
  REFUSING_MS,
  TurnGuard,
  type RequestKind,
} from '../../../patients/core/turn-guard.js';

const LIMITS = { turnMs: 100, afterMs: 500 };

/** An event loop whose turns the test decides. */
class Loop {
  nowMs = 0;
  readonly guard = new TurnGuard(LIMITS);

  /** @param atOnce requests that arrive at each time. */
  constructor(private readonly atOnce = FEW_REQUESTS) {}

  /** A turn in which a request is read after each of these times, in ms. */
  turn(
    readAfterMs: readonly number[],
    { kind = 'page', afterIdle = false }: { kind?: RequestKind; afterIdle?: boolean } = {},
  ): boolean[] {
    const beganMs = this.nowMs;
    this.guard.begin(beganMs, afterIdle);
    const admitted = readAfterMs.map((atMs) => {
      this.nowMs = beganMs + atMs;
      for (let request = 0; request < this.atOnce; request += 1) this.guard.read();
      return !this.guard.isLate(this.nowMs) || this.guard.admits(kind, this.nowMs);
    });
    this.guard.end(this.nowMs);
    return admitted;
  }

  /** Turns that are late without a pause, until requests may be refused. */
  overload(): this {
    for (let turn = 0; turn < 3; turn += 1) this.turn([200]);
    return this;
  }
}

test('admits everything while the turns are short, however many requests there are', () => {
  const loop = new Loop();
  for (let turn = 0; turn < 1_000; turn += 1)
    expect(loop.turn([0, 50, 100])).toEqual([true, true, true]);
});

test('one long pause refuses nothing: its turn is late, the next ones catch up', () => {
  const loop = new Loop();
  const admitted = [[2_000, 2_001], [90], [400], [50], [20]].flatMap((times) => loop.turn(times));
  expect(admitted).toEqual(admitted.map(() => true));
});

test('late turns with an idle event loop between them refuse nothing: no request was waiting', () => {
  const loop = new Loop();
  for (let turn = 0; turn < 20; turn += 1)
    expect(loop.turn([0, 300], { afterIdle: true })).toEqual([true, true]);
});

test('when every turn was late for half a second, refuses the pages that are read after the limit of a turn', () => {
  const loop = new Loop();
  expect([loop.turn([200]), loop.turn([200]), loop.turn([99])].flat()).toEqual([true, true, true]);
  loop.turn([200]);
  loop.turn([200]);
  expect(loop.turn([50, 99, 100, 101, 150])).toEqual([true, true, true, false, false]);
});

test('few requests during late turns are not refused: another program makes the turns late', () => {
  const loop = new Loop(1);
  for (let turn = 0; turn < 5; turn += 1)
    expect(loop.turn([150, 400, 5_000])).toEqual([true, true, true]);
  expect(loop.turn([5_000])).toEqual([false]);
});

test('does not wait for the end of the turn in which the half second passes', () => {
  const loop = new Loop();
  loop.turn([300]);
  expect(loop.turn([150, 199, 200, 5_000])).toEqual([true, true, false, false]);
});

test('refuses pages first, then payments, and reads of accepted payments last', () => {
  const reads = (kind: RequestKind): boolean[] =>
    new Loop().overload().turn([100, 150, 500, 550, 1_000, 1_050], { kind });
  expect([reads('page'), reads('payment'), reads('outcome')]).toEqual([
    [true, false, false, false, false, false],
    [true, true, true, false, false, false],
    [true, true, true, true, true, false],
  ]);
});

test('after a refusal, a single late turn refuses again until nothing was refused for two seconds', () => {
  const loop = new Loop().overload();
  expect(loop.turn([150])).toEqual([false]);
  const refusedMs = loop.nowMs;
  loop.turn([10]);
  expect(loop.turn([150], { afterIdle: true })).toEqual([false]);
  const lastMs = loop.nowMs;
  expect(lastMs).toBeGreaterThan(refusedMs);
  loop.nowMs = lastMs + REFUSING_MS - 200;
  expect(loop.guard.isRefusing(loop.nowMs)).toBe(true);
  loop.nowMs = lastMs + REFUSING_MS;
  expect(loop.guard.isRefusing(loop.nowMs)).toBe(false);
  expect(loop.turn([150], { afterIdle: true })).toEqual([true]);
});

/** Requests of 2 ms of work that arrive evenly. A refusal costs 0.1 ms. */
function serve(
  guard: TurnGuard,
  perSec: number,
  seconds: number,
): { longestMs: number; done: number } {
  let [nowMs, arrived, longestMs, done] = [0, 0, 0, 0];
  while (nowMs < seconds * 1_000) {
    const beganMs = nowMs;
    const due = Math.floor((nowMs * perSec) / 1_000);
    guard.begin(beganMs, due === arrived);
    for (; arrived < due; arrived += 1) {
      guard.read();
      const isAdmitted = !guard.isLate(nowMs) || guard.admits('page', nowMs);
      nowMs += isAdmitted ? 2 : 0.1;
      done += isAdmitted ? 1 : 0;
    }
    nowMs += 0.01;
    guard.end(nowMs);
    if (beganMs > 1_500) longestMs = Math.max(longestMs, nowMs - beganMs);
  }
  return { longestMs, done };
}

test.each([2, 4])(
  'at %d times the capacity the turns stay short and the work goes on',
  (factor) => {
    const { longestMs, done } = serve(new TurnGuard(LIMITS), factor * 500, 20);
    expect(longestMs).toBeLessThan(200);
    expect(done).toBeGreaterThan(0.75 * 500 * 20);
  },
);

test('control: without the guard the turns become longer and longer', () => {
  const never = new TurnGuard({ turnMs: Infinity, afterMs: Infinity });
  expect(serve(never, 1_000, 20).longestMs).toBeGreaterThan(5_000);
});

test('below the capacity nothing is refused, also near it', () => {
  const guard = new TurnGuard(LIMITS);
  expect(serve(guard, 490, 20).done).toBeGreaterThanOrEqual(490 * 20 - 10);
  expect(guard.isRefusing(20_000)).toBe(false);
});

test.each([
  ['GET', '/livez', null],
  ['GET', '/readyz', null],
  ['GET', '/metrics', null],
  ['GET', '/', 'page'],
  ['GET', '/bill', 'page'],
  ['GET', '/bill/identify', 'page'],
  ['POST', '/bill/identify', 'page'],
  ['GET', '/api/payments', 'page'],
  ['GET', '/api/payments.csv', 'page'],
  ['GET', '/api/payments/', 'page'],
  ['POST', '/api/payments', 'payment'],
  ['POST', '/api/payments/5/redrive', 'payment'],
  ['POST', '/api/batches', 'payment'],
  ['POST', '/bill/pay', 'payment'],
  ['GET', '/api/payments/5', 'outcome'],
  ['GET', '/api/batches/5', 'outcome'],
  ['GET', '/api/passes/5', 'outcome'],
  ['GET', '/bill/payments/5/events', 'outcome'],
  ['GET', '/passes/5', 'outcome'],
  ['GET', '/assets/staff-1.css', 'outcome'],
  ['POST', '/passes/5', 'page'],
  ['GET', '/LIVEZ', 'page'],
])('%s %s: %s', (method, path, kind) => {
  expect(getRequestKind(method, path)).toBe(kind);
});

test('a refused payment is measured with its route, anything else without one', () => {
  expect(
    [
      ['POST', '/api/payments'],
      ['POST', '/api/payments/5/redrive'],
      ['POST', '/bill/pay'],
      ['GET', '/api/payments'],
      ['POST', '/unknown/5'],
    ].map(([method = '', path = '']) => getRefusedRoute(method, path)),
  ).toEqual(['/api/payments', '/api/payments/:id/redrive', '/bill/pay', 'other', 'other']);
});
