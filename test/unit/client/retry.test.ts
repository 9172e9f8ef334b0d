/** When the client retries, after which pauses, and that a payment keeps its key. */
import { RelevoProblem, RelevoUnreachable } from '../../../client/problem.js';
import { createRelevoClient, type RelevoClient } from '../../../client/relevo.js';
import { DEFAULT_POLICY, mayRepeat, pauseMs, retryAfterMs } from '../../../client/retry.js';
import type { RetryPolicy } from '../../../client/retry.js';

const NOW = new Date('2026-11-21T09:00:00.000Z');

test.each([
  [null, null],
  ['', null],
  ['soon', null],
  ['-1', null],
  ['0', 0],
  ['7', 7_000],
  [' 7 ', 7_000],
  ['Sat, 21 Nov 2026 09:00:05 GMT', 5_000],
  ['Sat, 21 Nov 2026 08:00:00 GMT', 0],
])('Retry-After %j is %j ms', (header, expected) =>
  expect(retryAfterMs(header, NOW)).toBe(expected),
);

describe('pauses', () => {
  test('double, up to the cap, with full jitter', () => {
    expect(
      [0, 1, 2, 10].map((attempt) => pauseMs(DEFAULT_POLICY, attempt, null, 0.999_999)),
    ).toEqual([100, 200, 400, 5_000]);
    expect(pauseMs(DEFAULT_POLICY, 3, null, 0)).toBe(0);
  });
  test('are never shorter than Retry-After', () => {
    expect(pauseMs(DEFAULT_POLICY, 0, 2_000, 0)).toBe(2_000);
    expect(pauseMs(DEFAULT_POLICY, 0, 60_000, 0.5)).toBe(60_050);
  });
});

test.each([
  [429, null, false, true],
  [429, true, true, true],
  [503, true, true, true],
  [503, true, false, false],
  [502, null, true, true],
  [500, true, true, true],
  [500, null, true, false],
  [503, false, true, false],
  [409, true, true, false],
  [422, false, true, false],
  [404, false, true, false],
])('status %j, retryable %j, repeatable %j: again %j', (status, retryable, isRepeatable, again) =>
  expect(mayRepeat({ status, retryable }, isRepeatable)).toBe(again),
);

interface Asked {
  url: string;
  method: string;
  key: string | null;
  prefer: string | null;
}

const PAYMENT = {
  patientId: '00000000-0000-4000-8000-000000000001',
  amountMinor: 100,
  currency: 'USD',
} as const;
const paid = (status: string): object => ({ id: 'p', status });
const answer = (status: number, body: object, headers: Record<string, string> = {}): Response => {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': type, ...headers },
  });
};
const refused = (
  status: number,
  code: string,
  retryable: boolean,
  headers: Record<string, string> = {},
): Response =>
  answer(
    status,
    { code, status, retryable, detail: `it is ${code}`, title: code, type: 'urn:x' },
    headers,
  );

interface World {
  relevo: RelevoClient;
  asked: Asked[];
  pauses: number[];
}

/** A client with a clock that advances only by the client's pauses. */
function world(script: readonly (Response | Error)[], retry: Partial<RetryPolicy> = {}): World {
  const asked: Asked[] = [];
  const pauses: number[] = [];
  const left = [...script];
  let now = 0.25; // Clocks that count from process start have fractions.
  let keys = 0;
  const relevo = createRelevoClient({
    baseUrl: 'http://relevo.test/',
    token: 'secret',
    retry,
    surroundings: {
      now: () => now,
      random: () => 0.5,
      sleep: async (ms) => {
        pauses.push(ms);
        now += ms;
      },
      newKey: () => `key-${++keys}`,
      fetch: async (url, init) => {
        const headers = new Headers(init.headers);
        expect(headers.get('Authorization')).toBe('Bearer secret');
        asked.push({
          url,
          method: init.method ?? 'GET',
          key: headers.get('Idempotency-Key'),
          prefer: headers.get('Prefer'),
        });
        const next = left.shift();
        if (next === undefined) throw new Error('called more often than planned');
        if (next instanceof Error) throw next;
        return next;
      },
    },
  });
  return { relevo, asked, pauses };
}

describe('a payment', () => {
  test('is retried with the same key after lost answers, refusals and errors of balancers, no earlier than requested', async () => {
    const full = refused(503, 'BACKLOG_FULL', true, { 'Retry-After': '3' });
    const script = [
      new TypeError('fetch failed'),
      full,
      answer(502, {}),
      answer(201, paid('SUCCEEDED')),
    ];
    const { relevo, asked, pauses } = world(script);
    expect(await relevo.payAndWait(PAYMENT)).toMatchObject({ status: 'SUCCEEDED' });
    expect(asked.map(({ key }) => key)).toEqual(['key-1', 'key-1', 'key-1', 'key-1']);
    expect(pauses).toEqual([50, 3_100, 200]);
  });

  test('is awaited until it is final, with the given key', async () => {
    const { relevo, asked } = world([
      answer(202, paid('PENDING')),
      answer(202, paid('PENDING')),
      answer(201, paid('DECLINED')),
    ]);
    expect(await relevo.payAndWait(PAYMENT, { idempotencyKey: 'bed-12' })).toMatchObject({
      status: 'DECLINED',
    });
    expect(asked.map(({ key, prefer }) => [key, prefer])).toEqual(
      Array(3).fill(['bed-12', 'wait=30']),
    );
  });

  test('reports its key when it is not final at the deadline', async () => {
    const { relevo } = world([answer(202, paid('PENDING')), answer(202, paid('PENDING'))], {
      deadlineMs: 200,
    });
    await expect(relevo.payAndWait(PAYMENT)).rejects.toMatchObject({
      name: 'PaymentPending',
      idempotencyKey: 'key-1',
      payment: { id: 'p' },
    });
  });

  test('is not retried after a permanent refusal; the error names the reason', async () => {
    const { relevo, asked } = world([refused(422, 'PATIENT_UNKNOWN', false)]);
    const failure = (await relevo.pay(PAYMENT).catch((error: unknown) => error)) as RelevoProblem;
    expect(failure).toBeInstanceOf(RelevoProblem);
    expect([failure.code, failure.status, failure.retryable, failure.message]).toEqual([
      'PATIENT_UNKNOWN',
      422,
      false,
      'it is PATIENT_UNKNOWN',
    ]);
    expect(asked).toHaveLength(1);
  });

  test('skips a pause that would pass the deadline and reports the refusal to the caller', async () => {
    const { relevo, pauses } = world(
      [refused(503, 'BACKLOG_FULL', true, { 'Retry-After': '60' })],
      { deadlineMs: 10_000 },
    );
    await expect(relevo.pay(PAYMENT)).rejects.toMatchObject({
      code: 'BACKLOG_FULL',
      retryable: true,
    });
    expect(pauses).toEqual([]);
  });

  test('no server answers: the error has the key, because the outcome is unknown', async () => {
    const { relevo } = world(Array<Error>(50).fill(new TypeError('fetch failed')), {
      deadlineMs: 2_000,
    });
    const failure = (await relevo
      .pay(PAYMENT)
      .catch((error: unknown) => error)) as RelevoUnreachable;
    expect(failure).toBeInstanceOf(RelevoUnreachable);
    expect(failure.idempotencyKey).toBe('key-1');
  });

  test('does not wait after its caller gave up', async () => {
    const { relevo } = world([new TypeError('fetch failed')]);
    await expect(
      relevo.pay(PAYMENT, { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});

test('the plain routes also keep one key, and return refusals as values', async () => {
  const { relevo, asked } = world([
    refused(503, 'UNAVAILABLE', true),
    refused(422, 'PATIENT_UNKNOWN', false),
  ]);
  const { error, response } = await relevo.http.POST('/api/payments', { body: PAYMENT });
  expect([error?.code, response.status]).toEqual(['PATIENT_UNKNOWN', 422]);
  expect(asked.map(({ key }) => key)).toEqual(['key-1', 'key-1']);
});

test('a list is read page by page', async () => {
  const pages = [
    { payments: [paid('A'), paid('B')], next: 'c1' },
    { payments: [paid('C')], next: null },
  ];
  const { relevo, asked } = world(pages.map((page) => answer(200, page)));
  const statuses: string[] = [];
  for await (const { status } of relevo.payments({ status: 'SUCCEEDED' })) statuses.push(status);
  expect(statuses).toEqual(['A', 'B', 'C']);
  expect(asked.map(({ url }) => new URL(url).search)).toEqual([
    '?status=SUCCEEDED&limit=500',
    '?status=SUCCEEDED&limit=500&cursor=c1',
  ]);
});
