/**
 * The generator: times fixed in advance, reported lateness and drops, three modes with one
 * function, retries with the same key.
 */
import { describe, expect, test } from '@jest/globals';
import type { RequestRecord } from '../../../experiments/record/history.js';
import { dueTimes } from '../../../experiments/traffic/arrivals.js';
import { readFailure, readPayment } from '../../../experiments/traffic/answers.js';
import { readBatch } from '../../../experiments/traffic/batch-answer.js';
import type { PaymentClient, PaymentOrder } from '../../../experiments/traffic/client.js';
import { paymentOrders } from '../../../experiments/traffic/orders.js';
import { withRetries, worthRetrying } from '../../../experiments/traffic/retrying-client.js';
import { runTraffic, type TrafficOptions } from '../../../experiments/traffic/traffic.js';
import { sayLateness, TrafficCount } from '../../../experiments/traffic/traffic-report.js';
import { seededRandom } from '../../../shared/random.js';
import { requestRecord } from '../../support/evidence.js';

const wallMs = (): number => performance.timeOrigin + performance.now();

interface FakeClient extends PaymentClient {
  orders: PaymentOrder[];
  mostOpen: number;
}

/** Answers when `answer` resolves, with its value. */
function fakeClient(
  answer: (order: PaymentOrder, turn: number) => Promise<Partial<RequestRecord>>,
): FakeClient {
  let open = 0;
  const client: FakeClient = {
    orders: [],
    mostOpen: 0,
    pay: async (order, trial, intendedMs) => {
      client.orders.push(order);
      open += 1;
      client.mostOpen = Math.max(client.mostOpen, open);
      const sentMs = wallMs();
      const rest = await answer(order, client.orders.length);
      open -= 1;
      return requestRecord({
        key: order.key,
        trial,
        intendedMs,
        sentMs,
        answeredMs: wallMs(),
        ...rest,
      });
    },
    payBatch: async ({ key, count }, trial, intendedMs) =>
      Array.from({ length: count }, (_, index) =>
        requestRecord({ key: `${key}#${index}`, trial, intendedMs }),
      ),
    close: () => undefined,
  };
  return client;
}

const options = (
  client: PaymentClient,
  records: RequestRecord[],
  rest: Partial<TrafficOptions> = {},
): TrafficOptions => ({
  client,
  name: 't',
  trial: 1,
  patients: ['a', 'b', 'c'],
  random: seededRandom(1, 'orders'),
  count: 20,
  ratePerSec: 0,
  signal: new AbortController().signal,
  onRecord: (record) => records.push(record),
  ...rest,
});

describe('arrivals', () => {
  test('constant: one per interval; rate 0: all at once', () => {
    const due = dueTimes({ ratePerSec: 200 });
    expect([due(), due(), due()]).toEqual([0, 5, 10]);
    const atOnce = dueTimes({ ratePerSec: 0 });
    expect([atOnce(), atOnce()]).toEqual([0, 0]);
  });

  test('poisson: the same seed gives the same times, another seed others; the rate is met, gaps scatter as widely as their mean', () => {
    const moments = (seed: number): number[] => {
      const due = dueTimes({
        ratePerSec: 100,
        arrivals: 'poisson',
        random: seededRandom(seed, 'arrivals'),
      });
      return Array.from({ length: 20_000 }, due);
    };
    const due = moments(1);
    expect(due).toEqual(moments(1));
    expect(due).not.toEqual(moments(2));
    const gaps = due.map((at, index) => at - (due[index - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    // The standard error of a mean of 20,000 exponential gaps is 0.7 %.
    expect(mean / 10).toBeCloseTo(1, 1);
    expect(spread / mean).toBeCloseTo(1, 1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
    expect(() => dueTimes({ ratePerSec: 1, arrivals: 'poisson' })).toThrow(RangeError);
  });
});

describe('open loop', () => {
  test('continues to send while no answer arrives', async () => {
    const records: RequestRecord[] = [];
    const sent: number[] = [];
    let answerAll: () => void = () => undefined;
    const answered = new Promise<void>((settle) => (answerAll = settle));
    const client = fakeClient(() => answered.then(() => ({})));
    const done = runTraffic(
      'open',
      options(client, records, {
        onSent: (index) => {
          sent.push(index);
          if (sent.length === 20) answerAll();
        },
      }),
    );
    expect(await done).toMatchObject({ mode: 'open', sent: 20, droppedSends: 0 });
    expect({ mostOpen: client.mostOpen, answers: records.length }).toEqual({
      mostOpen: 20,
      answers: 20,
    });
  });

  test('a bound on the requests in flight: the rest is NOT_SENT, counted as sent, and later payments stay the same', async () => {
    const unbounded = fakeClient(async () => ({}));
    await runTraffic('open', options(unbounded, []));
    const records: RequestRecord[] = [];
    let answerAll: () => void = () => undefined;
    const answered = new Promise<void>((settle) => (answerAll = settle));
    const client = fakeClient(() => answered.then(() => ({})));
    const report = await runTraffic(
      'open',
      options(client, records, {
        maxInFlight: 5,
        onSent: (index) => {
          if (index === 9) answerAll();
        },
      }),
    );
    const dropped = records.filter(({ error }) => error === 'NOT_SENT');
    expect(report).toMatchObject({ sent: 20, droppedSends: dropped.length });
    expect(dropped.map(({ key }) => key)).toEqual([
      't-request-5',
      't-request-6',
      't-request-7',
      't-request-8',
      't-request-9',
    ]);
    expect(dropped[0]).toMatchObject({ status: null, paymentId: null, tries: 0 });
    expect(client.mostOpen).toBe(5);
    expect(client.orders.at(-1)).toEqual(unbounded.orders.at(-1));
  });

  test('a blocked generator: latency counts from the due time of a request, and late sends are reported', async () => {
    const records: RequestRecord[] = [];
    const client = fakeClient(async () => ({}));
    const report = await runTraffic(
      'open',
      options(client, records, {
        count: 10,
        ratePerSec: 500,
        onSent: (index) => {
          const end = performance.now() + 40;
          while (index === 2 && performance.now() < end); // Blocks the event loop of the client.
        },
      }),
    );
    expect(report.lateSends).toBeGreaterThanOrEqual(7);
    expect(report.worstLatenessMs).toBeGreaterThan(30);
    expect(sayLateness(report)).toMatch(
      /^Generator: \d+ of 10 sent late \(worst [\d.]+ ms\), 0 not sent$/,
    );
    for (const { intendedMs } of records)
      expect(Math.abs((intendedMs - (records[0]?.intendedMs ?? 0)) % 2)).toBeCloseTo(0, 3);
  });

  test('stop ends it cleanly, an interruption with an error', async () => {
    const stop = new AbortController();
    const records: RequestRecord[] = [];
    const onSent = (index: number): void => void (index === 6 && stop.abort());
    const client = fakeClient(async () => ({}));
    expect(
      await runTraffic(
        'open',
        options(client, records, { count: Infinity, stop: stop.signal, onSent }),
      ),
    ).toMatchObject({ sent: 7 });
    const interrupted = options(client, [], { signal: AbortSignal.abort() });
    await expect(runTraffic('open', interrupted)).rejects.toThrow(/abort/i);
    await expect(runTraffic('closed', interrupted)).rejects.toThrow(/abort/i);
    await expect(runTraffic('batch', interrupted)).rejects.toThrow(/abort/i);
  });
});

test('closed loop: at most one open request per client, each due when its client is free', async () => {
  const records: RequestRecord[] = [];
  const client = fakeClient(() => new Promise((settle) => setImmediate(() => settle({}))));
  const report = await runTraffic('closed', options(client, records, { clients: 3 }));
  expect(report).toEqual({
    mode: 'closed',
    sent: 20,
    lateSends: 0,
    worstLatenessMs: 0,
    droppedSends: 0,
  });
  expect(client.mostOpen).toBe(3);
  expect(new Set(client.orders.map(({ key }) => key)).size).toBe(20);
});

test('batch: one request, a record per payment', async () => {
  const records: RequestRecord[] = [];
  const sent: number[] = [];
  await runTraffic(
    'batch',
    options(
      fakeClient(async () => ({})),
      records,
      { onSent: (index) => sent.push(index) },
    ),
  );
  expect(sent).toHaveLength(20);
  expect(records.map(({ key }) => key)).toEqual(sent.map((index) => `t-batch#${index}`));
});

describe('answers', () => {
  const ID = '018f4a1e-0000-7000-8000-000000000001';
  const paid = {
    id: ID,
    status: 'SUCCEEDED',
    exit_granted: true,
    processedBy: 'server_1',
    term: 3,
    attempts: 1,
    latencyMs: 12,
  };
  const batch = (payments: unknown[], sent = payments.length) => ({
    batchId: ID,
    sent,
    succeeded: payments.length,
    declined: 0,
    failed: 0,
    pending: sent - payments.length,
    availability: 1,
    payments,
  });

  test('a batch is split into its payments, under the keys of their rows', () => {
    const outcomes = readBatch(
      'b',
      2,
      200,
      batch([paid, { ...paid, status: 'PENDING', term: null }]),
    );
    expect(outcomes).toEqual([
      {
        key: `batch:${ID}:0`,
        httpStatus: 200,
        paymentId: ID,
        status: 'SUCCEEDED',
        term: 3,
        error: null,
      },
      {
        key: `batch:${ID}:1`,
        httpStatus: 200,
        paymentId: ID,
        status: 'PENDING',
        term: null,
        error: 'STILL_PENDING',
      },
    ]);
  });

  test.each([
    [200, batch([paid], 3), [null, 'NOT_ACCEPTED', 'NOT_ACCEPTED']],
    [503, { code: 'UNAVAILABLE' }, ['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']],
    [null, { code: 'ECONNRESET' }, ['ECONNRESET', 'ECONNRESET', 'ECONNRESET']],
  ])(
    'a batch answered %s: every payment that was to be fired has a record',
    (status, body, errors) => {
      const outcomes = readBatch('b', 3, status, body);
      expect(outcomes.map(({ error }) => error)).toEqual(errors);
      expect(new Set(outcomes.map(({ key }) => key)).size).toBe(3);
    },
  );

  test.each([
    [503, { code: 'TOO_BUSY' }, 'TOO_BUSY'],
    [502, '<html>', 'HTTP_502'],
    [500, null, 'HTTP_500'],
    [201, { other: 1 }, 'UNREADABLE_ANSWER'],
  ])('HTTP %i with %j is %s', (status, body, error) => {
    expect(readPayment(status, body)).toEqual({
      httpStatus: status,
      status: null,
      paymentId: null,
      term: null,
      error,
    });
  });

  test.each([
    ['ECONNABORTED', 'ETIMEDOUT'],
    ['ECONNREFUSED', 'ECONNREFUSED'],
    [undefined, 'NO_ANSWER'],
  ])('failure %s is %s', (code, error) => {
    expect(readFailure({ code })).toMatchObject({ httpStatus: null, error });
  });
});

describe('retries', () => {
  const reset = { status: null, httpStatus: null, paymentId: null, error: 'ECONNRESET' };
  const order = { key: 'k', patientId: 'a', amountMinor: 1, currency: 'USD' };
  const { signal } = new AbortController();

  test('use the same key until there is an outcome; the record has the tries and the time of the first send', async () => {
    const inner = fakeClient(async (_order, turn) => (turn < 3 ? reset : {}));
    const dueMs = wallMs();
    const record = await withRetries(inner, 60_000, signal).pay(order, 1, dueMs);
    expect(record).toMatchObject({
      status: 'SUCCEEDED',
      tries: 3,
      earlierErrors: ['ECONNRESET', 'ECONNRESET'],
      intendedMs: dueMs,
    });
    expect(inner.orders).toEqual([order, order, order]);
    // Two pauses of 50 ms; timers may fire a little early.
    expect(record.answeredMs - record.sentMs).toBeGreaterThan(90);
  });

  test('stop after the deadline and after an interruption', async () => {
    const inner = fakeClient(async () => reset);
    expect(await withRetries(inner, 60, signal).pay(order, 1, wallMs() - 20)).toMatchObject({
      tries: 1,
      error: 'ECONNRESET',
    });
    expect(
      await withRetries(inner, 60_000, AbortSignal.abort()).pay(order, 1, wallMs()),
    ).toMatchObject({ tries: 1 });
  });

  test.each([
    [{ httpStatus: 201, status: 'SUCCEEDED' as const }, false],
    [{ httpStatus: 202, status: 'PENDING' as const }, true],
    [{ httpStatus: 503, status: null }, true],
    [{ httpStatus: 429, status: null }, true],
    [{ httpStatus: 422, status: null }, false],
    [{ httpStatus: null, status: null }, true],
  ])('%j: worth another try %s', (answer, expected) => {
    expect(worthRetrying(answer)).toBe(expected);
  });
});

test('the same seed gives the same payments', () => {
  const orders = (seed: number) => {
    const order = paymentOrders({
      name: 'n',
      patients: ['a', 'b'],
      random: seededRandom(seed, 'orders'),
    });
    return [order(0), order(1), order(2)];
  };
  expect(orders(1)).toEqual(orders(1));
  expect(orders(1)).not.toEqual(orders(2));
});

test('lateness is not reported when there was none', () => {
  const count = new TrafficCount('open');
  count.add(requestRecord({ intendedMs: 0, sentMs: 4.9 }));
  expect(sayLateness(count.report())).toBeNull();
});
