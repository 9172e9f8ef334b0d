/**
 * Answers of a real server that are slow, cut off or too large: a call ends in time, reports its
 * key and holds no memory.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AnswerTooLarge } from '../../../client/bounded-answer.js';
import { createRelevoClient, RelevoUnreachable, type RelevoClient } from '../../../client/index.js';
import { eventually } from '../../support/eventually.js';

const MB = 1_024 * 1_024;
const PAYMENT = {
  patientId: '00000000-0000-4000-8000-000000000001',
  amountMinor: 100,
  currency: 'USD',
} as const;
const paid = (filling = ''): string => JSON.stringify({ id: 'p', status: 'SUCCEEDED', filling });

let server: Server;
let respond: (response: ServerResponse) => void;
let keys: (string | undefined)[];
let open: number;
/** Bytes that the server could send. */
let written: number;

beforeEach(async () => {
  [keys, open, written] = [[], 0, 0];
  server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key'] as string | undefined);
    open += 1;
    response.once('close', () => (open -= 1));
    response.setHeader('Content-Type', 'application/json');
    respond(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const client = (retry = {}): RelevoClient =>
  createRelevoClient({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    retry: { baseMs: 1, ...retry },
  });

const drip = (response: ServerResponse): void => {
  const timer = setInterval(() => response.write(' '), 20);
  response.once('close', () => clearInterval(timer));
};
/** Sends spaces before a payment, as fast as the client reads them. */
const pour =
  (bytes: number) =>
  (response: ServerResponse): void => {
    const piece = Buffer.alloc(MB, ' ');
    const next = (): void => {
      if (response.destroyed) return;
      written += piece.length;
      if (written >= bytes) response.end(paid());
      else if (response.write(piece)) setImmediate(next);
      else response.once('drain', next);
    };
    next();
  };
const failureOf = async (call: Promise<unknown>): Promise<RelevoUnreachable> => {
  const failure = await call.then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(RelevoUnreachable);
  return failure as RelevoUnreachable;
};

test('a slow answer ends at the deadline of the call, as a lost answer, and the error has the key', async () => {
  respond = drip;
  const failure = await failureOf(client({ tryMs: 100 }).payment('p', { deadlineMs: 300 }));
  expect(failure.cause).toMatchObject({ name: 'TimeoutError' });
  const unknown = await failureOf(
    client({ deadlineMs: 300 }).pay(PAYMENT, { idempotencyKey: 'bed-12' }),
  );
  expect(unknown.idempotencyKey).toBe('bed-12');
  await eventually(() => open === 0, { what: 'all connections to close' });
});

test.each<[string, (response: ServerResponse) => void]>([
  ['drips', drip],
  ['breaks off', (response) => response.write('{"id"', () => response.destroy())],
])('a call whose answer %s is repeated with the same key', async (_name, first) => {
  respond = (response) => (keys.length === 1 ? first(response) : response.end(paid()));
  expect(await client({ tryMs: 500 }).payment('p')).toMatchObject({ status: 'SUCCEEDED' });
  keys = [];
  respond = (response) =>
    keys.length === 1 ? response.write('{', () => response.destroy()) : response.end(paid());
  expect(await client().pay(PAYMENT, { idempotencyKey: 'bed-13' })).toMatchObject({
    status: 'SUCCEEDED',
  });
  expect(keys).toEqual(['bed-13', 'bed-13']);
});

test('an answer of 64 MB is not read to its end and not requested again', async () => {
  respond = pour(64 * MB);
  const failure = await failureOf(client().payment('p'));
  expect(failure.cause).toBeInstanceOf(AnswerTooLarge);
  await eventually(() => open === 0, { what: 'the connection to close' });
  expect(keys).toHaveLength(1);
  expect(written).toBeLessThan(64 * MB);
});

test('control: a client with a higher limit accepts the same answer, and every client accepts one below the default', async () => {
  respond = pour(64 * MB);
  expect(await client({ maxAnswerBytes: 100 * MB }).payment('p')).toMatchObject({
    status: 'SUCCEEDED',
  });
  written = 0;
  respond = pour(20 * MB);
  expect(await client().payment('p')).toMatchObject({ status: 'SUCCEEDED' });
});

test('the size of a refusal is limited too', async () => {
  respond = (response) => {
    response.statusCode = 503;
    pour(2 * MB)(response);
  };
  expect((await failureOf(client({ maxAnswerBytes: MB }).payment('p'))).cause).toBeInstanceOf(
    AnswerTooLarge,
  );
});

test('the export is a stream of any length', async () => {
  respond = pour(3 * MB);
  const { data } = await client({ maxAnswerBytes: MB }).http.GET('/api/payments.csv', {
    parseAs: 'stream',
  });
  let size = 0;
  for await (const chunk of data as unknown as AsyncIterable<Uint8Array>) size += chunk.length;
  expect(size).toBeGreaterThan(2 * MB);
});
