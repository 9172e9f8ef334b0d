/** Free ports: concurrent requests, in one process or in several, never return the same port. */
import { expect, test } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { claimPort, freePort, isPortFree } from '../../../local/processes/ports.js';
import { claimAll } from '../../support/free-offset.js';

test('a port is returned once, is free, and is reserved against the same request of other processes', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  expect(new Set(ports).size).toBe(200);
  expect(await isPortFree(ports[0] as number)).toBe(true);
  const other = createSocket('udp4');
  other.bind({ port: ports[0], address: '127.0.0.1', exclusive: true });
  const [error] = (await once(other, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('EADDRINUSE');
  other.close();
});

async function listenAnywhere(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

test('ports are reserved together or not at all, until their release', async () => {
  const [one, other] = [await listenAnywhere(), await listenAnywhere()];
  one.server.close();
  await once(one.server, 'close');
  try {
    expect(await claimAll([one.port, other.port])).toBe(false);
    const release = await claimPort(one.port);
    expect(release).not.toBeNull();
    expect(await claimPort(one.port)).toBeNull();
    release?.();
    expect(await claimAll([one.port])).toBe(true);
    expect(await claimAll([one.port])).toBe(false);
  } finally {
    other.server.close();
  }
});
