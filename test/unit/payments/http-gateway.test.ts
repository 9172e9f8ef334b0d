/**
 * The HTTP edge of the gateway: one deadline for a whole call, a bounded response, and a probe with
 * a connection of its own.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpGateway } from '../../../payments/gateway/http.js';
import { freePort } from '../../../local/processes/ports.js';

const order = { key: 'k', patientId: 'p', amountMinor: 100, currency: 'USD' };
const CHARGE = JSON.stringify({
  key: 'k',
  status: 'approved',
  reference: 'r',
  amountMinor: 100,
  currency: 'USD',
  reason: null,
  at: 'now',
});
const never = new AbortController().signal;

let server: Server | undefined;
const intervals: NodeJS.Timeout[] = [];
afterEach(async () => {
  intervals.splice(0).forEach(clearInterval);
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  server = undefined;
});

const gatewayAt = (port: number, { timeoutMs = 20_000, maxSockets = 1 } = {}) =>
  createHttpGateway({
    url: `http://127.0.0.1:${port}`,
    token: 't',
    timeoutMs,
    maxSockets,
    healthPath: '/readyz',
  });

async function serve(listener: RequestListener, options = {}) {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return gatewayAt((server.address() as AddressInfo).port, options);
}

describe('one call', () => {
  test('control: an answer in time is a reply', async () => {
    const gateway = await serve((_request, response) => void response.end(CHARGE));
    expect(await gateway.charge(order, never)).toEqual({ kind: 'approved', reference: 'r' });
  });

  test('a dripping response ends at the deadline, although a byte arrives before every idle time-out', async () => {
    const gateway = await serve(
      (_request, response) => {
        response.flushHeaders();
        intervals.push(setInterval(() => response.write(' '), 50));
      },
      { timeoutMs: 400 },
    );
    expect(await gateway.charge(order, never)).toEqual({
      kind: 'unknown',
      error: 'no answer within 400 ms',
    });
  });

  test('an endless response is cut off at the maximum size', async () => {
    let written = 0;
    const gateway = await serve((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, ' '))) written += 65_536;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect(await gateway.charge(order, never)).toMatchObject({ kind: 'unknown' });
    // Only the socket buffers of both sides, not the whole response.
    expect(written).toBeLessThan(16 * 1_048_576);
  });

  test('a request without a connection was not sent; one whose answer is lost was sent', async () => {
    expect(await gatewayAt(await freePort()).charge(order, never)).toEqual({
      kind: 'unsent',
      error: 'ECONNREFUSED',
    });
    const gateway = await serve((request) => void request.socket.destroy());
    expect(await gateway.charge(order, never)).toEqual({ kind: 'unknown', error: 'ECONNRESET' });
  });

  test('a cancelled term ends its calls', async () => {
    const gateway = await serve(() => undefined);
    const term = new AbortController();
    const charge = gateway.charge(order, term.signal);
    term.abort();
    await expect(charge).rejects.toThrow('aborted');
  });

  test('only the charge sends the key as a header: a gateway may treat other calls as the same charge', async () => {
    const keys: (string | undefined)[] = [];
    const gateway = await serve((request, response) => {
      keys.push(request.headers['idempotency-key'] as string | undefined);
      response.end(CHARGE);
    });
    await gateway.charge(order, never);
    await gateway.lookup(order, never);
    await gateway.cancel(order, never);
    expect(keys).toEqual(['k', undefined, undefined]);
  });
});

describe('whether the gateway can charge', () => {
  test.each([
    [200, true],
    [204, true],
    [404, true],
    [503, false],
    [500, false],
    [401, false],
  ])('its page answers %i: %s', async (status, expected) => {
    const paths: (string | undefined)[] = [];
    const gateway = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(status).end();
    });
    expect(await gateway.reachable()).toBe(expected);
    expect(paths).toEqual(['/readyz']);
  });

  test('is asked while every other connection waits for an answer', async () => {
    const gateway = await serve((request, response) => {
      if (request.url === '/readyz') response.end();
    });
    const term = new AbortController();
    const charge = gateway.charge(order, term.signal);
    expect(await gateway.reachable()).toBe(true);
    term.abort();
    await expect(charge).rejects.toThrow('aborted');
  });

  test('no server on the port: no', async () =>
    expect(await gatewayAt(await freePort()).reachable()).toBe(false));
});
