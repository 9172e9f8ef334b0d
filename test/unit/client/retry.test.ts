/** When the client asks again and after how long; and that a payment keeps its key on the way. */
import { RelevoProblem, RelevoUnreachable } from '../../../client/problem.js';
import { createRelevoClient, type RelevoClient } from '../../../client/relevo.js';
import { DEFAULT_POLICY, mayRepeat, pauseMs, retryAfterMs } from '../../../client/retry.js';
import type { RetryPolicy } from '../../../client/retry.js';

const NOW = new Date('2026-11-21T09:00:00.000Z');

test.each([
  [null, null], ['', null], ['soon', null], ['-1', null], ['0', 0], ['7', 7_000], [' 7 ', 7_000],
  ['Sat, 21 Nov 2026 09:00:05 GMT', 5_000], ['Sat, 21 Nov 2026 08:00:00 GMT', 0],
])('Retry-After %j is %j ms', (header, expected) => expect(retryAfterMs(header, NOW)).toBe(expected));

describe('pauses', () => {
  test('double, up to the cap, and are spread over all that is below', () => {
    expect([0, 1, 2, 10].map((attempt) => pauseMs(DEFAULT_POLICY, attempt, null, 0.999_999))).toEqual([100, 200, 400, 5_000]);
    expect(pauseMs(DEFAULT_POLICY, 3, null, 0)).toBe(0);
  });
  test('never undercut what was asked for', () => {
    expect(pauseMs(DEFAULT_POLICY, 0, 2_000, 0)).toBe(2_000);
    expect(pauseMs(DEFAULT_POLICY, 0, 60_000, 0.5)).toBe(60_050);
  });
});

test.each([
  [429, null, false, true], [429, true, true, true], [503, true, true, true], [503, true, false, false], [502, null, true, true],
  [500, true, true, true],
  [500, null, true, false], [503, false, true, false], [409, true, true, false], [422, false, true, false], [404, false, true, false],
])('status %j, retryable %j, repeatable %j: again %j', (status, retryable, isRepeatable, again) =>
  expect(mayRepeat({ status, retryable }, isRepeatable)).toBe(again));

interface Asked {
  url: string;
  method: string;
  key: string | null;
  prefer: string | null;
}

const PAYMENT = { patientId: '00000000-0000-4000-8000-000000000001', amountMinor: 100, currency: 'USD' } as const;
const paid = (status: string): object => ({ id: 'p', status });
const answer = (status: number, body: object, headers: Record<string, string> = {}): Response => {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type, ...headers } });
};
const refused = (status: number, code: string, retryable: boolean, headers: Record<string, string> = {}): Response =>
  answer(status, { code, status, retryable, detail: `it is ${code}`, title: code, type: 'urn:x' }, headers);

interface World {
  relevo: RelevoClient;
  asked: Asked[];
  pauses: number[];
}

/** A client in a world where time passes only by its pauses. */
function world(script: readonly (Response | Error)[], retry: Partial<RetryPolicy> = {}): World {
  const asked: Asked[] = [];
  const pauses: number[] = [];
  const left = [...script];
  let now = 0.25; // Clocks that count from the start of a process have fractions.
  let keys = 0;
  const relevo = createRelevoClient({
    baseUrl: 'http://relevo.test/', token: 'secret', retry,
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
        asked.push({ url, method: init.method ?? 'GET', key: headers.get('Idempotency-Key'), prefer: headers.get('Prefer') });
        const next = left.shift();
        if (next === undefined) throw new Error('asked once too often');
        if (next instanceof Error) throw next;
        return next;
      },
    },
  });
  return { relevo, asked, pauses };
}

describe('a payment', () => {
  test('is asked for again with the same key, through lost answers, refusals and balancers, as late as it was told', async () => {
    const full = refused(503, 'BACKLOG_FULL', true, { 'Retry-After': '3' });
    const script = [new TypeError('fetch failed'), full, answer(502, {}), answer(201, paid('SUCCEEDED'))];
    const { relevo, asked, pauses } = world(script);
    expect(await relevo.payAndWait(PAYMENT)).toMatchObject({ status: 'SUCCEEDED' });
    expect(asked.map(({ key }) => key)).toEqual(['key-1', 'key-1', 'key-1', 'key-1']);
    expect(pauses).toEqual([50, 3_100, 200]);
  });

  test('is waited for until it is final, with the key that was given', async () => {
    const { relevo, asked } = world([answer(202, paid('PENDING')), answer(202, paid('PENDING')), answer(201, paid('DECLINED'))]);
    expect(await relevo.payAndWait(PAYMENT, { idempotencyKey: 'bed-12' })).toMatchObject({ status: 'DECLINED' });
    expect(asked.map(({ key, prefer }) => [key, prefer])).toEqual(Array(3).fill(['bed-12', 'wait=30']));
  });

  test('that is not final at the deadline is told with its key', async () => {
    const { relevo } = world([answer(202, paid('PENDING')), answer(202, paid('PENDING'))], { deadlineMs: 200 });
    await expect(relevo.payAndWait(PAYMENT)).rejects.toMatchObject({ name: 'PaymentPending', idempotencyKey: 'key-1', payment: { id: 'p' } });
  });

  test('that was refused for good is not asked for again; the error says why', async () => {
    const { relevo, asked } = world([refused(422, 'PATIENT_UNKNOWN', false)]);
    const failure = await relevo.pay(PAYMENT).catch((error: unknown) => error) as RelevoProblem;
    expect(failure).toBeInstanceOf(RelevoProblem);
    expect([failure.code, failure.status, failure.retryable, failure.message]).toEqual(['PATIENT_UNKNOWN', 422, false, 'it is PATIENT_UNKNOWN']);
    expect(asked).toHaveLength(1);
  });

  test('a pause that would pass the deadline is not begun: the refusal is what the caller gets', async () => {
    const { relevo, pauses } = world([refused(503, 'BACKLOG_FULL', true, { 'Retry-After': '60' })], { deadlineMs: 10_000 });
    await expect(relevo.pay(PAYMENT)).rejects.toMatchObject({ code: 'BACKLOG_FULL', retryable: true });
    expect(pauses).toEqual([]);
  });

  test('nobody answers: the error has the key, for the outcome is not known', async () => {
    const { relevo } = world(Array<Error>(50).fill(new TypeError('fetch failed')), { deadlineMs: 2_000 });
    const failure = await relevo.pay(PAYMENT).catch((error: unknown) => error) as RelevoUnreachable;
    expect(failure).toBeInstanceOf(RelevoUnreachable);
    expect(failure.idempotencyKey).toBe('key-1');
  });

  test('who gave up is not asked to wait', async () => {
    const { relevo } = world([new TypeError('fetch failed')]);
    await expect(relevo.pay(PAYMENT, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

test('the plain routes keep a key of their own too, and refusals come as values', async () => {
  const { relevo, asked } = world([refused(503, 'UNAVAILABLE', true), refused(422, 'PATIENT_UNKNOWN', false)]);
  const { error, response } = await relevo.http.POST('/api/payments', { body: PAYMENT });
  expect([error?.code, response.status]).toEqual(['PATIENT_UNKNOWN', 422]);
  expect(asked.map(({ key }) => key)).toEqual(['key-1', 'key-1']);
});

test('a list is read page by page', async () => {
  const pages = [{ payments: [paid('A'), paid('B')], next: 'c1' }, { payments: [paid('C')], next: null }];
  const { relevo, asked } = world(pages.map((page) => answer(200, page)));
  const statuses: string[] = [];
  for await (const { status } of relevo.payments({ status: 'SUCCEEDED' })) statuses.push(status);
  expect(statuses).toEqual(['A', 'B', 'C']);
  expect(asked.map(({ url }) => new URL(url).search)).toEqual(['?status=SUCCEEDED&limit=500', '?status=SUCCEEDED&limit=500&cursor=c1']);
});
