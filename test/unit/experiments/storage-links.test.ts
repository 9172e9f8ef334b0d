/** Proxies between the parts of a replicated storage, on loopback addresses of their own. */
import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { StorageLinks, storagePaths } from '../../../experiments/network/storage-links.js';
import { onlyWhere } from '../../support/only-where.js';

test('a cluster and a group have a path for every connection that a partition can cut', () => {
  const names = storagePaths({ record: 'cluster', queue: 'group' }).map(
    ({ from, to }) => `${from}>${to}`,
  );
  expect(names).toHaveLength(3 + 3 + 3 + 9 + 3);
  expect(names).toEqual(
    expect.arrayContaining([
      'services>postgres_1',
      'nodes>postgres_3',
      'nodes>patroni_2',
      'postgres_2>etcd_1',
      'group>redis_3',
    ]),
  );
  expect(storagePaths({ record: 'single', queue: 'single' })).toEqual([]);
});

const PATHS = [
  { from: 'services', to: 'postgres_1' },
  { from: 'nodes', to: 'postgres_1' },
];
const onLinux = onlyWhere(
  process.platform === 'linux',
  'needs several loopback addresses',
  describe,
);

onLinux('the proxies', () => {
  test('a cut of one path and one way leaves the other path, and its end restores the data', async () => {
    const server = createServer((socket) =>
      socket.on('error', () => undefined).pipe(socket),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const links = new StorageLinks(PATHS);
    await links.open(() => port);
    const open = async (from: string): Promise<Socket> => {
      const socket = connect({ host: links.getHost(from, port), port });
      await once(socket, 'connect');
      return socket.setEncoding('utf8');
    };
    const [service, node] = [await open('services'), await open('nodes')];
    const ask = async (socket: Socket, text: string): Promise<unknown[]> => {
      socket.write(text);
      return once(socket, 'data');
    };
    try {
      expect(await ask(service, 'a')).toEqual(['a']);
      expect(await ask(node, 'b')).toEqual(['b']);
      const heal = links.cut([{ from: 'nodes', to: 'postgres_1', way: 'back' }]);
      const late = ask(node, 'c');
      // The other path is free, so that an answer on this one would have arrived.
      expect(await ask(service, 'd')).toEqual(['d']);
      expect(await ask(service, 'e')).toEqual(['e']);
      expect(await Promise.race([late, Promise.resolve('silent')])).toBe('silent');
      heal();
      expect(await late).toEqual(['c']);
    } finally {
      service.destroy();
      node.destroy();
      await links.close();
      server.close();
    }
  });

  test('only the address of a service changes, and an unknown path cannot be cut', async () => {
    const links = new StorageLinks(PATHS.slice(0, 1));
    await links.open(() => 45_461);
    try {
      const { DATABASE_URL: url } = links.environmentOf({
        DATABASE_URL: 'postgresql://u:p@127.0.0.1:45461,127.0.0.1:45462/relevo',
      });
      expect(url).toBe('postgresql://u:p@127.1.0.1:45461,127.0.0.1:45462/relevo');
      expect(links.environmentOf({})).toEqual({});
      expect(links.getHost('nodes', 45_461)).toBe('127.0.0.1');
      expect(() => links.cut([{ from: 'nodes', to: 'postgres_1', way: 'both' }])).toThrow(
        'there is no path from nodes to postgres_1',
      );
    } finally {
      await links.close();
    }
  });
});
