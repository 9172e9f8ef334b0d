/**
 * A server and raw sockets: the answer to unreadable requests, the deadlines, and the shutdown of
 * the server.
 */
import type { Server, ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { closeServer, createApp, finishApp, leave, listen } from '../../../shared/http/http.js';
import { createLogger } from '../../../shared/observability/logger.js';
import { eventually } from '../../support/eventually.js';

const HEAD = 'Host: x\r\n';
const ASK = `GET /livez HTTP/1.1\r\n${HEAD}\r\n`;
/** More than the kernel buffers of both ends hold. */
const LARGE = 64 * 1_048_576;

interface Wire {
  socket: Socket;
  text: () => string;
  ended: Promise<void>;
}

let server: Server;
let answer: (() => void)[];
let sockets: Socket[];

beforeEach(async () => {
  [answer, sockets] = [[], []];
  const logger = createLogger('test', 'test', 'silent');
  const app = createApp({ logger, bodyLimit: '1kb', ready: () => ({ engine: true }) });
  app.get('/held', (_request, response) => void answer.push(() => response.json({ held: true })));
  app.get('/large', (_request, response) => void response.send(Buffer.alloc(LARGE)));
  app.post('/body', (request, response) => void response.json(request.body));
  server = await listen(finishApp(app, logger), 0, '127.0.0.1', { connectionsMax: 5 });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await closeServer(server);
});

/** A connection that sends `text` and keeps the data it receives; without `reads` it is paused. */
function open(text: string, reads = true): Wire {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  let heard = '';
  if (reads) socket.on('data', (piece) => (heard += piece.toString()));
  else socket.pause();
  socket.on('error', () => undefined).write(text);
  return {
    socket,
    text: () => heard,
    ended: new Promise((resolve) => socket.once('close', () => resolve())),
  };
}

const answers = (wire: Wire, count = 1): Promise<boolean> =>
  eventually(() => wire.text().split('HTTP/1.1 ').length > count, { what: `answer ${count}` });

const problemIn = (text: string): unknown => JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));

describe('a request that cannot be read is answered with a problem document', () => {
  test.each([
    ['not HTTP', 'nonsense\r\n\r\n', 400, 'REQUEST_MALFORMED'],
    [
      'headers of 20 kB',
      `GET /livez HTTP/1.1\r\n${HEAD}X: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
    ],
    [
      'another expectation',
      `GET /livez HTTP/1.1\r\n${HEAD}Expect: coffee\r\nConnection: close\r\n\r\n`,
      417,
      'EXPECTATION_FAILED',
    ],
    [
      'a length that is not a number',
      `POST /body HTTP/1.1\r\n${HEAD}Content-Length: x\r\n\r\n`,
      400,
      'REQUEST_MALFORMED',
    ],
  ])('%s', async (_what, text, status, code) => {
    const wire = open(text);
    await wire.ended;
    expect(wire.text()).toMatch(
      new RegExp(
        `^HTTP/1\\.1 ${status} [\\s\\S]*content-type: application/problem\\+json[\\s\\S]*`,
        'i',
      ),
    );
    expect(wire.text()).toMatch(/cache-control: no-store/i);
    expect(problemIn(wire.text())).toMatchObject({ status, code });
  });

  test.each([
    ['a head that never ends', 'GET /livez HTTP/1.1\r\nHost: x\r\n'],
    [
      'a body that never arrives',
      `POST /body HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{`,
    ],
    ['nothing at all', ''],
  ])('408: %s', async (_what, text) => {
    [server.headersTimeout, server.requestTimeout] = [200, 200];
    const wire = open(text);
    await wire.ended;
    expect(problemIn(wire.text())).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
  });
});

test('the server has its deadlines', () => {
  expect([
    server.headersTimeout,
    server.requestTimeout,
    server.timeout,
    server.keepAliveTimeout,
  ]).toEqual([10_000, 20_000, 15_000, 65_000]);
});

test('one connection too many is closed; a connection that ends makes room', async () => {
  const held = Array.from({ length: 5 }, () => open(ASK));
  await Promise.all(held.map((wire) => answers(wire)));
  const more = open(ASK);
  await more.ended;
  expect(more.text()).toBe('');
  held[0]?.socket.destroy();
  await eventually(
    async () => {
      const next = open(ASK);
      await eventually(() => next.text() !== '' || next.socket.closed, {
        what: 'an answer or a closed connection',
      });
      return next.text() !== '';
    },
    { what: 'a free place' },
  );
});

describe('a client that does not read its answer', () => {
  const responses = (): Promise<ServerResponse> =>
    new Promise(
      (resolve) =>
        void server.prependOnceListener('request', (_request, response) => resolve(response)),
    );

  test('is disconnected', async () => {
    server.timeout = 200;
    const begun = responses();
    open(`GET /large HTTP/1.1\r\n${HEAD}\r\n`, false);
    await new Promise((resolve) => void begun.then((response) => response.once('close', resolve)));
  });

  test('control: a client that reads gets everything, and one whose answer is not ready waits beyond the deadline', async () => {
    server.timeout = 200;
    const begun = responses();
    const waiting = open(`GET /held HTTP/1.1\r\n${HEAD}\r\n`);
    await new Promise(
      (resolve) => void begun.then((response) => response.once('timeout', resolve)),
    );
    server.timeout = 0;
    answer[0]?.();
    await answers(waiting);
    expect(waiting.text()).toContain('{"held":true}');
    server.timeout = 15_000; // The machine may be slow.
    const reading = open(`GET /large HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`);
    await reading.ended;
    expect(reading.text().length).toBeGreaterThan(LARGE);
  });
});

describe('the shutdown', () => {
  test('is announced: every answer says close and readiness fails while the server still listens', async () => {
    const held = open(`GET /held HTTP/1.1\r\n${HEAD}\r\n`);
    await eventually(() => answer.length === 1, { what: 'the request' });
    leave(server);
    const ready = open(`GET /readyz HTTP/1.1\r\n${HEAD}\r\n`);
    await ready.ended;
    expect(ready.text()).toMatch(
      /^HTTP\/1\.1 503 [\s\S]*Connection: close[\s\S]*"checks":\{"engine":true,"serving":false\}/,
    );
    answer[0]?.();
    await held.ended;
    expect(held.text()).toMatch(/^HTTP\/1\.1 200 [\s\S]*Connection: close[\s\S]*\{"held":true\}/);
  });

  test('answers a request on a kept connection with close, and refuses new connections', async () => {
    const kept = open(ASK);
    await answers(kept);
    const { port } = server.address() as AddressInfo;
    const closed = closeServer(server);
    await eventually(() => !server.listening, { what: 'the server to stop listening' });
    kept.socket.write(ASK);
    await kept.ended;
    expect(kept.text()).toMatch(/keep-alive[\s\S]*HTTP\/1\.1 200 [\s\S]*Connection: close/);
    const refused = connect(port, '127.0.0.1');
    const error = await new Promise<NodeJS.ErrnoException>(
      (resolve) => void refused.once('error', resolve),
    );
    expect(error.code).toBe('ECONNREFUSED');
    await closed;
  });

  test('waits for a request that has partly arrived', async () => {
    const accepted = new Promise<Socket>((resolve) => void server.once('connection', resolve));
    const partly = open(ASK);
    await answers(partly);
    partly.socket.write('GET /livez HT');
    const { bytesRead } = await accepted;
    await eventually(async () => (await accepted).bytesRead > Math.min(bytesRead, ASK.length), {
      what: 'the part',
    });
    const closed = closeServer(server);
    await eventually(() => !server.listening, { what: 'the server to stop listening' });
    partly.socket.write(`TP/1.1\r\n${HEAD}\r\n`);
    await partly.ended;
    expect(partly.text().split('HTTP/1.1 200').length).toBe(3);
    await closed;
  });

  test('closes an idle connection', async () => {
    const kept = open(ASK);
    await answers(kept);
    await closeServer(server);
    await kept.ended;
    expect(kept.text().split('HTTP/1.1 200').length).toBe(2);
  });
});
