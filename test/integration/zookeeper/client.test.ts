/** The client and the recipes on a real ensemble: conditions, epochs, watches, states. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { liftBarrier, raiseBarrier } from '../../../shared/zookeeper/barrier.js';
import type { ConnectionState, ZooKeeper } from '../../../shared/zookeeper/client.js';
import {
  createNode,
  ensureNode,
  readChildren,
  readData,
  removeNode,
} from '../../../shared/zookeeper/data.js';
import { sortCandidates, standForElection } from '../../../shared/zookeeper/election.js';
import { isUnanswered } from '../../../shared/zookeeper/errors.js';
import { commit } from '../../../shared/zookeeper/transaction.js';
import { eventually } from '../../support/eventually.js';
import { startOwnEnsemble, type OwnEnsemble } from '../../support/own-ensemble.js';
import { SilencingProxy } from '../../support/silencing-proxy.js';
import { describeWith } from '../../support/tools.js';

const PATIENCE_MS = 120_000;

describeWith('zookeeper', 'the ZooKeeper client', () => {
  let ensemble: OwnEnsemble;
  let zk: ZooKeeper;

  beforeAll(async () => {
    ensemble = await startOwnEnsemble();
    zk = await ensemble.connect();
  }, PATIENCE_MS);
  afterAll(async () => {
    await zk?.close();
    await ensemble?.remove();
  });

  test('a node is created once, read, and removed; a missing one is null', async () => {
    await ensureNode(zk, '/a', 'first');
    await ensureNode(zk, '/a', 'second');
    expect(await readData(zk, '/a')).toMatchObject({ text: 'first', version: 0 });
    await removeNode(zk, '/a');
    await removeNode(zk, '/a');
    expect(await readData(zk, '/a')).toBeNull();
    expect(await readChildren(zk, '/a')).toEqual([]);
  });

  test('a write on the condition of version 0 fails after a change', async () => {
    // The library alone takes version 0 for any version.
    await createNode(zk, '/versioned', 'x', 'persistent');
    const write = (text: string) =>
      commit(zk, [{ kind: 'write', path: '/versioned', text, version: 0 }]);
    await write('y');
    await expect(write('z')).rejects.toMatchObject({ code: 'BAD_VERSION' });
    await expect(
      commit(zk, [{ kind: 'unchanged', path: '/versioned', version: 0 }]),
    ).rejects.toMatchObject({ code: 'BAD_VERSION' });
    expect((await readData(zk, '/versioned'))?.text).toBe('y');
  });

  test('a transaction whose condition fails changes nothing', async () => {
    await expect(
      commit(zk, [
        { kind: 'create', path: '/half', text: '', mode: 'persistent' },
        { kind: 'exists', path: '/missing' },
      ]),
    ).rejects.toMatchObject({ code: 'NO_NODE' });
    expect(await readData(zk, '/half')).toBeNull();
  });

  test('a round is opened once and finished once', async () => {
    await ensureNode(zk, '/count', '0');
    const counter = { path: '/count', version: 0 };
    await commit(zk, raiseBarrier('/gate', 'round 1', counter));
    await expect(commit(zk, raiseBarrier('/gate', 'again', counter))).rejects.toMatchObject({
      code: 'NODE_EXISTS',
    });
    await commit(zk, liftBarrier('/gate', counter, 1));
    for (const late of [liftBarrier('/gate', counter, 1), raiseBarrier('/gate', 'late', counter)])
      await expect(commit(zk, late)).rejects.toMatchObject({ code: 'BAD_VERSION' });
    expect((await readData(zk, '/count'))?.text).toBe('1');
    expect(await readData(zk, '/gate')).toBeNull();
  });

  test('candidates lead in the order of their standing, with growing epochs; one per GUID', async () => {
    await ensureNode(zk, '/vote');
    const guid = randomUUID();
    const first = await standForElection(zk, '/vote', { name: 'b', guid });
    const again = await standForElection(zk, '/vote', { name: 'b', guid });
    const second = await standForElection(zk, '/vote', { name: 'a', guid: randomUUID() });
    expect(again).toEqual(first);
    expect(sortCandidates(await readChildren(zk, '/vote'))).toEqual([first.node, second.node]);
    expect(second.epoch).toBeGreaterThan(first.epoch);
  });

  test(
    'watches report creation, change, removal and children, once each',
    async () => {
      const other = await ensemble.connect();
      let changes = 0;
      const onChange = (): void => void (changes += 1);
      const seen = (count: number) =>
        eventually(() => changes === count, { what: `${count} changes are reported` });
      await readData(zk, '/watched', onChange);
      await createNode(other, '/watched', '1', 'persistent');
      await seen(1);
      await readData(zk, '/watched', onChange);
      await readData(zk, '/watched', onChange);
      await commit(other, [{ kind: 'write', path: '/watched', text: '2', version: 0 }]);
      await seen(2);
      await readChildren(zk, '/watched', onChange);
      await createNode(other, '/watched/child', '', 'ephemeral');
      await seen(3);
      await other.close();
      expect((await readData(zk, '/watched'))?.text).toBe('2');
    },
    PATIENCE_MS,
  );

  test(
    'close ends the session: its ephemeral nodes disappear before the session time-out',
    async () => {
      const other = await ensemble.connect({ sessionTimeoutMs: 20_000 });
      await createNode(other, '/short', '', 'ephemeral');
      await other.close();
      await eventually(async () => (await readData(zk, '/short')) === null, {
        what: 'the node is gone',
        deadlineMs: 10_000,
      });
      await expect(readData(other, '/short')).rejects.toMatchObject({ code: 'CONNECTION_LOSS' });
    },
    PATIENCE_MS,
  );

  test(
    'a silent connection is closed, and the session continues at another member',
    async () => {
      const proxies = await Promise.all(
        ensemble.members.map(({ port }) => SilencingProxy.open(port)),
      );
      const [used, ...others] = proxies as [SilencingProxy, ...SilencingProxy[]];
      others.forEach((proxy) => proxy.refuse());
      const states: ConnectionState[] = [];
      const client = await ensemble.connect({
        servers: proxies.map(({ port }) => `127.0.0.1:${port}`).join(','),
        sessionTimeoutMs: 6_000,
        onState: (state) => states.push(state),
      });
      try {
        await createNode(client, '/kept', '', 'ephemeral');
        others.forEach((proxy) => proxy.pass());
        used.blackhole();
        await eventually(() => states.includes('suspended') && client.state === 'connected', {
          what: 'the silence is noticed, and another member answers',
        });
        expect({ states, session: client.session }).toEqual({
          states: ['connecting', 'connected', 'suspended', 'connected'],
          session: 1,
        });
        expect(await readData(client, '/kept')).not.toBeNull();
      } finally {
        await client.close();
        await Promise.all(proxies.map((proxy) => proxy.close()));
      }
    },
    PATIENCE_MS,
  );

  test(
    'a client that is cut off is suspended, then lost, then expired, and begins a new session',
    async () => {
      const proxies = await Promise.all(
        ensemble.members.map(({ port }) => SilencingProxy.open(port)),
      );
      const states: ConnectionState[] = [];
      const client = await ensemble.connect({
        servers: proxies.map(({ port }) => `127.0.0.1:${port}`).join(','),
        sessionTimeoutMs: 2_000,
        onState: (state) => states.push(state),
      });
      try {
        await createNode(client, '/cut', '', 'ephemeral');
        proxies.forEach((proxy) => proxy.blackhole());
        await eventually(() => client.state === 'lost', { what: 'the client is lost' });
        const failure: unknown = await readData(client, '/cut').catch((error: unknown) => error);
        expect(isUnanswered(failure)).toBe(true);
        await eventually(async () => (await readData(zk, '/cut')) === null, {
          what: 'the ensemble ended the session',
        });
        proxies.forEach((proxy) => proxy.pass());
        await eventually(() => client.session === 2 && client.state === 'connected', {
          what: 'a new session is connected',
        });
        expect(states.filter((state) => /suspended|lost|expired/.test(state)).slice(0, 2)).toEqual([
          'suspended',
          'lost',
        ]);
        expect(states.slice(-3)).toEqual(['expired', 'connecting', 'connected']);
      } finally {
        await client.close();
        await Promise.all(proxies.map((proxy) => proxy.close()));
      }
    },
    PATIENCE_MS,
  );
});
