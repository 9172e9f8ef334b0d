/** Free ports: concurrent requests, in one process or in several, never return the same port. */
import { expect, test } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { freePort, isPortFree } from '../../../local/processes/ports.js';

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
