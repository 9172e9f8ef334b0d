/**
 * Clients that send too much or too slowly, against the two balancers that hold something for each
 * of them: nginx stores a body before it forwards it, Apache gives each request a thread.
 */
import { connect, type Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NGINX_BODY_MAX } from '../../../local/engines/nginx-config.js';
import { eventually } from '../../support/eventually.js';
import { describeWith } from '../../support/tools.js';
import { Setup } from './engine-stage.js';

/** More than all threads of Apache. */
const SLOW_CLIENTS = 600;
const PIECE_MS = 500;

const describeHostile = (balancer: 'apache' | 'nginx'): void => {
  describe(balancer, () => {
    const setup = new Setup();
    const sockets: Socket[] = [];
    beforeAll(() => setup.start(balancer));
    afterAll(async () => {
      sockets.forEach((socket) => socket.destroy());
      await setup.end();
    });

    const open = (text: string): Socket => {
      const socket = connect(Number(new URL(setup.balancer.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(text);
      sockets.push(socket);
      return socket;
    };

    if (balancer === 'nginx')
      test.each([
        ['announced', `Content-Length: ${NGINX_BODY_MAX + 1}`, ''],
        ['in chunks', 'Transfer-Encoding: chunked', `200001\r\n${'x'.repeat(NGINX_BODY_MAX + 1)}`],
      ])('a body that is too large, %s: refused before its end', async (_how, header, body) => {
        const socket = open(`POST /a HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n${body}`);
        const text = await readText(socket);
        expect(text).toMatch(/^HTTP\/1\.1 413 /);
        expect(text).toContain('"code":"BODY_TOO_LARGE"');
      });

    test('clients that never end their heads are disconnected, and others are answered', async () => {
      const slow = Array.from({ length: SLOW_CLIENTS }, () =>
        open('GET / HTTP/1.1\r\nHost: a\r\n'),
      );
      const pieces = setInterval(() => {
        for (const socket of slow) if (socket.writable) socket.write('X: x\r\n');
      }, PIECE_MS);
      try {
        await eventually(() => slow.every((socket) => socket.closed), {
          what: 'no slow client is connected',
        });
      } finally {
        clearInterval(pieces);
      }
      expect((await setup.ask('/')).status).toBe(200);
    });
  });
};

describeWith('balancers', 'hostile clients', () => {
  describeHostile('apache');
  describeHostile('nginx');
});
