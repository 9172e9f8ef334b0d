/** Long responses and clients that read them slowly. */
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import express from 'express';
import { stream } from '../../../patients/http/streams.js';
import { closeServer, listen } from '../../../shared/http/http.js';

const PIECE = 'x'.repeat(1_048_576);
const PIECES = 32;

let server: Server;
let ended: Promise<void>;

async function serve(deadlineMs?: number): Promise<number> {
  const app = express();
  ended = new Promise((resolve) => {
    app.get(
      '/',
      (_request, response) =>
        void stream(response, Array<string>(PIECES).fill(PIECE), deadlineMs).then(resolve),
    );
  });
  server = await listen(app, 0, '127.0.0.1');
  return (server.address() as AddressInfo).port;
}
afterEach(() => {
  server.closeAllConnections();
  return closeServer(server);
});

test('a client that reads a little again and again loses the connection at the deadline', async () => {
  const socket = connect(await serve(300), '127.0.0.1');
  let taken = 0;
  const dripping = setInterval(() => (taken += (socket.read(1) as Buffer | null)?.length ?? 0), 20);
  socket
    .on('error', () => undefined)
    .on('readable', () => undefined)
    .write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await ended;
  clearInterval(dripping);
  socket.destroy();
  expect(taken).toBeLessThan(PIECES * PIECE.length);
});

test('control: without a deadline a client gets the whole response', async () => {
  const answer = await fetch(`http://127.0.0.1:${await serve()}/`);
  expect((await answer.text()).length).toBe(PIECES * PIECE.length);
});
