/** How the traffic records answers, and when it retries. */
import { describe, expect, test } from '@jest/globals';
import { readFailure, readPayment } from '../../../experiments/traffic/answers.js';
import { readBatch } from '../../../experiments/traffic/batch-answer.js';
import { withRetries, worthRetrying } from '../../../experiments/traffic/retrying-client.js';
import { wallMs, fakeClient } from './traffic-support.js';

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
