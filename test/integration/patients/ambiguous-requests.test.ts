/**
 * Ambiguous requests are refused and store nothing, so that a repeated request always gets the
 * first answer again.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { request as send, type IncomingMessage } from 'node:http';
import type { RunningPatients } from '../../../patients/start.js';
import { billKey } from '../../../patients/core/payable.js';
import { countRows, createSetup, PATIENT, PAYMENT, TOKENS, type Setup } from './setup.js';

let setup: Setup;
let running: RunningPatients;

beforeAll(async () => {
  setup = await createSetup();
  running = await setup.start({ BATCHES_MAX: '200' });
});
afterAll(() => setup?.end());

const JSON_BODY = JSON.stringify(PAYMENT);
const LIST = JSON.stringify({ payments: [PAYMENT], timeoutMs: 0 });

interface Posted {
  status: number | undefined;
  code: unknown;
  text: string;
}

/** Sends headers and bytes unchanged. */
async function post(
  path: string,
  body: string | Buffer,
  headers: readonly string[] = [],
): Promise<Posted> {
  const all = [
    'Host',
    'test',
    'Authorization',
    `Bearer ${TOKENS.API_TOKEN}`,
    'Content-Type',
    'application/json',
    ...headers,
  ];
  const asking = send(running.url + path, {
    method: 'POST',
    agent: false,
    headers: [...all, 'Content-Length', String(Buffer.byteLength(body))],
  });
  asking.end(body);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const text = Buffer.concat((await response.toArray()) as Buffer[]).toString();
  return { status: response.statusCode, code: (JSON.parse(text) as { code?: unknown }).code, text };
}

const withConcept = (json: string): string => JSON_BODY.replace('}', `,"concept":${json}}`);
const key = (...values: string[]): string[] =>
  values.flatMap((value) => ['Idempotency-Key', value]);

test.each<[string, string, string | Buffer, string[], string]>([
  ['half of a surrogate pair', '/api/payments', withConcept('"a\\ud800"'), [], 'BODY_MALFORMED'],
  [
    'half of a surrogate pair in a batch',
    '/api/batches',
    LIST.replace('"USD"', '"USD","concept":"\\udc00"'),
    [],
    'BODY_MALFORMED',
  ],
  [
    'Latin-1',
    '/api/payments',
    Buffer.from(withConcept('"Jos\xe9"'), 'latin1'),
    [],
    'BODY_MALFORMED',
  ],
  [
    'a member twice',
    '/api/payments',
    JSON_BODY.replace('}', ',"amountMinor":1}'),
    [],
    'BODY_MALFORMED',
  ],
  [
    'a member twice in a batch',
    '/api/batches',
    LIST.replace('"USD"', '"EUR","currency":"USD"'),
    [],
    'BODY_MALFORMED',
  ],
  ['two keys', '/api/payments', JSON_BODY, key('one', 'two'), 'IDEMPOTENCY_KEY_INVALID'],
  ['one key twice', '/api/payments', JSON_BODY, key('one', 'one'), 'IDEMPOTENCY_KEY_INVALID'],
  ['two keys of a batch', '/api/batches', LIST, key('one', 'two'), 'IDEMPOTENCY_KEY_INVALID'],
  [
    'a key of the pages',
    '/api/payments',
    JSON_BODY,
    key(billKey(PATIENT, 'USD', 0)),
    'IDEMPOTENCY_KEY_INVALID',
  ],
  [
    'a key of the pages for a batch',
    '/api/batches',
    LIST,
    key(billKey(PATIENT, 'USD', 0)),
    'IDEMPOTENCY_KEY_INVALID',
  ],
])('%s: 400, and nothing is stored', async (_name, path, body, headers, code) => {
  const before = [await countRows(setup.pool, 'payment'), await countRows(setup.pool, 'batch')];
  expect(await post(path, body, headers)).toMatchObject({ status: 400, code });
  expect([await countRows(setup.pool, 'payment'), await countRows(setup.pool, 'batch')]).toEqual(
    before,
  );
});

test('text outside the basic multilingual plane, and a key with a comma, are repeated byte for byte', async () => {
  const first = await post('/api/payments', withConcept('"\\ud83d\\ude00 😀"'), key('one, two'));
  expect(first).toMatchObject({ status: 202, text: expect.stringContaining('😀 😀') as unknown });
  expect(await post('/api/payments', withConcept('"😀 \\ud83d\\ude00"'), key('one, two'))).toEqual(
    first,
  );
});

describe('one key for a payment and for a batch', () => {
  const reused = { status: 422, code: 'IDEMPOTENCY_KEY_REUSED' };

  test('the second request is refused and stores nothing; the first is answered again', async () => {
    const payment = await post('/api/payments', JSON_BODY, key('payment first'));
    expect(await post('/api/batches', LIST, key('payment first'))).toMatchObject(reused);
    expect(await post('/api/payments', JSON_BODY, key('payment first'))).toEqual(payment);
    const batch = await post('/api/batches', LIST, key('batch first'));
    const before = [await countRows(setup.pool, 'payment'), await countRows(setup.pool, 'batch')];
    expect(await post('/api/payments', JSON_BODY, key('batch first'))).toMatchObject(reused);
    expect(await post('/api/batches', LIST, key('batch first'))).toEqual(batch);
    expect([await countRows(setup.pool, 'payment'), await countRows(setup.pool, 'batch')]).toEqual(
      before,
    );
  });

  test('100 keys, both requests at once: one of the two gets each key', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        const both = await Promise.all([
          post('/api/payments', JSON_BODY, key(`both ${at}`)),
          post('/api/batches', LIST, key(`both ${at}`)),
        ]);
        return both.map(({ status }) => status).join(' ');
      }),
    );
    expect(answers.filter((each) => each !== '202 422' && each !== '422 200')).toEqual([]);
  });
});
