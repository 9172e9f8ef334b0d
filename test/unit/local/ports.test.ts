/** The owner of a port, as `npm start` and the doctor name it. */
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { findPortOwner } from '../../../local/processes/ports.js';

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('the owner is found although descriptors below its socket are closed', async () => {
  // Reading the list opens a descriptor in the gap, which is closed when its link is read.
  const gap = Array.from({ length: 40 }, () => openSync('/dev/null', 'r'));
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  gap.forEach((descriptor) => closeSync(descriptor));
  try {
    const { port } = server.address() as AddressInfo;
    expect(findPortOwner(port)).toContain(`(pid ${process.pid})`);
  } finally {
    server.close();
  }
});
