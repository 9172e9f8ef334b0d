/**
 * Raw sockets that send no token, half a body, or do not read the response: none of them blocks the
 * requests of other clients.
 */
import { connect, type Socket } from 'node:net';
import type { RunningPatients } from '../../../patients/start.js';
import type { Batch } from '../../../shared/contracts/batch.js';
import { eventually } from '../../support/eventually.js';
import { call, codeOf, createSetup, PAYMENT, TOKENS, type Setup } from './setup.js';

/** More than the places of any kind. */
const CLIENTS = 6;
const SMALL = { REQUESTS_MAX: '2', BATCHES_MAX: '2' };
const NO_TOKEN: string[] = [];
const TOKEN = [`Authorization: Bearer ${TOKENS.API_TOKEN}`];

let setup: Setup;
const sockets: Socket[] = [];

beforeAll(async () => {
  setup = await createSetup();
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => setup.end());

interface Wire {
  socket: Socket;
  heard: () => string;
}

/** Sends a request with the beginning `body` of a body that claims to have `length` bytes. */
function begin(
  { url }: RunningPatients,
  path: string,
  headers: readonly string[],
  body: string,
  length = 500,
): Wire {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  sockets.push(socket);
  let heard = '';
  socket.on('data', (piece) => (heard += piece.toString())).on('error', () => undefined);
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: x',
    'Content-Type: application/json',
    `Content-Length: ${length}`,
    ...headers,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return { socket, heard: () => heard };
}

const many = (running: RunningPatients, path: string, headers: readonly string[]): Wire[] =>
  Array.from({ length: CLIENTS }, () => begin(running, path, headers, '{'));

/** Resolves when the server has read the data that the sockets have sent so far. */
async function arrived({ server }: RunningPatients): Promise<void> {
  const count = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_error, open) => resolve(open)));
  await eventually(
    async () => (await count()) >= CLIENTS && sockets.every(({ bytesWritten }) => bytesWritten > 0),
    { what: 'the connections' },
  );
}

const batch = (running: RunningPatients): ReturnType<typeof call> =>
  call(`${running.url}/api/batches`, { body: { count: 2, timeoutMs: 0 } });
const pay = (running: RunningPatients): ReturnType<typeof call> =>
  call(`${running.url}/api/payments`, { body: PAYMENT });

describe.each([
  ['/api/batches', batch, 200],
  ['/api/payments', pay, 202],
])('%s', (path, ask, status) => {
  test('without a token: 401 at once, and no place is taken', async () => {
    const running = await setup.start(SMALL);
    const wires = many(running, path, NO_TOKEN);
    await eventually(() => wires.every(({ heard }) => heard().startsWith('HTTP/1.1 401')), {
      what: '401 for all',
    });
    expect((await ask(running)).status).toBe(status);
  });

  test('with the token and one byte of body: no place is taken, and the body has a deadline', async () => {
    const running = await setup.start(SMALL);
    const wires = many(running, path, TOKEN);
    await arrived(running);
    // In sequence on one connection: each request was read after those of the sockets.
    for (let round = 0; round < 3; round += 1) expect((await ask(running)).status).toBe(status);
    running.server.requestTimeout = 100;
    await eventually(() => wires.every(({ heard }) => heard().startsWith('HTTP/1.1 408')), {
      what: '408 for all',
    });
  });
});

test('the bodies of batches being read share one bound: 429 beyond it, and the bound is free after they end', async () => {
  const running = await setup.start({ BATCHES_MAX: '1' });
  const large = begin(
    running,
    '/api/batches',
    TOKEN,
    `{"payments":[${' '.repeat(900_000)}`,
    1_000_000,
  );
  await eventually(() => large.socket.bytesWritten > 900_000 && large.socket.writableLength === 0, {
    what: 'the first body',
  });
  const refused = await eventually(
    () => {
      const next = begin(running, '/api/batches', TOKEN, ' '.repeat(300_000), 1_000_000);
      return eventually(() => next.heard(), { what: 'an answer', deadlineMs: 500 });
    },
    { what: '429' },
  );
  expect(refused).toMatch(/^HTTP\/1\.1 429 [\s\S]*"code":"TOO_BUSY"/);
  large.socket.destroy();
  await eventually(async () => (await batch(running)).status === 200, { what: 'a free place' });
});

test('a client that stops reading the response of a large batch holds its places until the write deadline, no longer', async () => {
  const running = await setup.start({ BATCH_PAYMENTS_MAX: '60000' });
  running.server.timeout = 500;
  const fired = await call(`${running.url}/api/batches`, { body: { count: 60_000, timeoutMs: 0 } });
  const { batchId } = fired.body as Batch;
  await eventually(() => running.deps.batchRoom.taken === 0, {
    what: 'the end of the first answer',
  });
  const socket = connect(Number(new URL(running.url).port), '127.0.0.1');
  sockets.push(socket);
  socket
    .on('error', () => undefined)
    .pause()
    .write(`GET /api/batches/${batchId} HTTP/1.1\r\nHost: x\r\n${TOKEN[0]}\r\n\r\n`);
  await eventually(() => running.deps.batchRoom.taken === 60_000, { what: 'the answer' });
  const busy = await batch(running);
  expect([busy.status, codeOf(busy)]).toEqual([429, 'TOO_BUSY']);
  await eventually(() => running.deps.batchRoom.taken === 0, { what: 'the write deadline' });
  expect((await batch(running)).status).toBe(200);
}, 120_000);
