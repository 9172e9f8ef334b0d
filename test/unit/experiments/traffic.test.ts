/** The generator: times fixed in advance, reported lateness and drops, three modes. */
import { describe, expect, test } from '@jest/globals';
import type { RequestRecord } from '../../../experiments/record/history.js';
import { dueTimes } from '../../../experiments/traffic/arrivals.js';
import { paymentOrders } from '../../../experiments/traffic/orders.js';
import { runTraffic } from '../../../experiments/traffic/traffic.js';
import { sayLateness, TrafficCount } from '../../../experiments/traffic/traffic-report.js';
import { seededRandom } from '../../../shared/random.js';
import { requestRecord } from '../../support/evidence.js';
import { fakeClient, options } from './traffic-support.js';

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
