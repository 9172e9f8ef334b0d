/**
 * Tests the proxy that simulates a partition: each mode affects a client as a real network would.
 */
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SilencingProxy } from '../../support/silencing-proxy.js';

describe('SilencingProxy', () => {
  let server: Server;
  let proxy: SilencingProxy;
  beforeEach(async () => {
    server = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = await SilencingProxy.open((server.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await proxy.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /**
   * The status, `timeout`, or the code of the error. @param timeoutMs short only where the test
   * expects silence.
   */
  const ask = (timeoutMs = 20_000): Promise<number | string | undefined> =>
    new Promise((resolve) => {
      const request = get(proxy.url, { agent: false, timeout: timeoutMs }, (response) => {
        response.resume().once('close', () => resolve(response.statusCode));
      });
      request.once('timeout', () => {
        resolve('timeout');
        request.destroy();
      });
      request.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });

  it('forwards', async () => expect(await ask()).toBe(200));

  it('delays each direction', async () => {
    proxy.delay(60);
    const begun = performance.now();
    expect(await ask()).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(115);
  });

  it('drops everything, and heals', async () => {
    proxy.blackhole();
    expect(await ask(200)).toBe('timeout');
    proxy.pass();
    expect(await ask()).toBe(200);
  });

  it('refuses, and heals', async () => {
    proxy.refuse();
    expect(await ask()).toBe('ECONNRESET');
    proxy.pass();
    expect(await ask()).toBe(200);
  });
});
