/**
 * Faults of the network between the parts of a real system. The tests probe each link through its
 * own proxy: before the fault, during it, and after the heal. For some links they also check the
 * reaction of the system.
 */
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { getFault } from '../../../experiments/faults/faults.js';
import { Injector, type InjectedFault } from '../../../experiments/faults/injector.js';
import type { Cluster } from '../../../experiments/system/cluster.js';
import { fetchStatus } from '../../../experiments/system/monitor-status.js';
import { directionsOf, type Pair } from '../../../experiments/network/link-names.js';
import type { Links } from '../../../experiments/network/links.js';
import type { Status } from '../../../shared/contracts/status.js';
import { seededRandom, type Random } from '../../../shared/random.js';
import { eventually } from '../../support/eventually.js';
import { openTestCluster } from '../../support/cluster.js';
import { isWhole, knock, pay } from './asking.js';

const TEST_MS = 180_000;
/** Long enough for two pings to fail on a busy machine, ms. */
const PATIENCE_MS = 60_000;

let cluster: Cluster;
let links: Links;
let injector: Injector;
beforeAll(async () => {
  cluster = await openTestCluster({ links: true, monitors: 3 });
  if (!cluster.links) throw new Error('no links');
  links = cluster.links;
  injector = new Injector(cluster, new AbortController().signal);
}, TEST_MS);

const injected: InjectedFault[] = [];
afterEach(async () => {
  await Promise.all(injected.splice(0).map(({ heal }) => heal()));
  expect(injector.failures).toEqual([]);
}, TEST_MS);

async function injectFault(
  kind: string,
  target: string,
  random: Random = seededRandom(1, kind),
): Promise<InjectedFault> {
  const outcome = await injector.inject(getFault(kind), { target, durationMs: Infinity, random });
  if (!outcome.injected) throw new Error(`${kind} of ${target} was refused: ${outcome.reason}`);
  injected.push(outcome);
  return outcome;
}

const knockAlong = (pair: Pair, waitMs?: number) => knock({ port: links.portOf(pair) }, waitMs);
const kindsOf = ({ from, to }: Pair): string => `${from.split('_')[0]}>${to.split('_')[0]}`;

/** One pair of each kind: monitor_1>server_1 also represents its eight equivalents. */
const samples = (): Pair[] => [
  ...new Map(links.pairs.map((pair) => [kindsOf(pair), pair])).values(),
];

describe('every kind of link', () => {
  test('matches the design, and the lab can target each link both ways and one way', () => {
    expect(samples().map(kindsOf).sort()).toEqual([
      'monitor>monitor',
      'monitor>postgres',
      'monitor>redis',
      'monitor>server',
      'patients>postgres',
      'patients>redis',
      'server>gateway',
      'server>postgres',
      'server>redis',
    ]);
    const targets = getFault('partition').targets(cluster);
    expect(targets).toEqual(
      expect.arrayContaining(['monitor_1-server_1', 'monitor_1>server_1', 'server_1>monitor_1']),
    );
    expect(targets).toHaveLength(links.names.length * 3);
  });

  test('without a fault it answers', async () => {
    for (const pair of samples())
      expect([pair, await knockAlong(pair, 20_000)]).toEqual([pair, 'answers']);
  });

  test.each(['both ways', 'forward', 'back'])(
    'partition %s: it is silent, and after the heal it answers',
    async (way) => {
      await Promise.all(
        samples().map(async (pair) => {
          const { from, to } = pair;
          const { heal } = await injectFault(
            'partition',
            { 'both ways': `${from}-${to}`, 'forward': `${from}>${to}`, 'back': `${to}>${from}` }[
              way
            ] ?? '',
          );
          expect([pair, await knockAlong(pair)]).toEqual([pair, 'silent']);
          await heal();
          expect([pair, await knockAlong(pair, 20_000)]).toEqual([pair, 'answers']);
        }),
      );
      await isWhole(cluster);
    },
    TEST_MS,
  );

  test(
    'latency: an answer takes at least twice 20 ms',
    async () => {
      await Promise.all(
        samples().map(async (pair) => {
          const { heal } = await injectFault('latency', `${pair.from}-${pair.to}`);
          const began = performance.now();
          expect([pair, await knockAlong(pair, 20_000)]).toEqual([pair, 'answers']);
          expect(performance.now() - began).toBeGreaterThanOrEqual(39);
          await heal();
          expect(links.lanes(`${pair.from}-${pair.to}`).map((lane) => lane.delayMs())).toEqual(
            links.lanes(`${pair.from}-${pair.to}`).map(() => 0),
          );
        }),
      );
      await isWhole(cluster);
    },
    TEST_MS,
  );

  test(
    'reset: open connections are reset, more than once',
    async () => {
      await Promise.all(
        samples().map(async (pair) => {
          const { heal } = await injectFault('reset', `${pair.from}-${pair.to}`);
          for (let times = 0; times < 2; times += 1)
            expect([pair, await breaks(links.portOf(pair))]).toEqual([pair, 'ECONNRESET']);
          await heal();
        }),
      );
      await isWhole(cluster);
    },
    TEST_MS,
  );
});

/** Waits until an idle connection ends. @returns how it ended. */
function breaks(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 10_000 });
    const end = (how: string): void => {
      socket.destroy();
      resolve(how);
    };
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code ?? 'error'));
    socket.once('timeout', () => end('timeout'));
    socket.once('close', () => end('closed'));
  });
}

const statusOf = (monitor: string): Promise<Status> => {
  const { system } = cluster;
  return fetchStatus(system.process(monitor), system.tokens.operator, PATIENCE_MS);
};
const observes = async (monitor: string, replica: string): Promise<string | undefined> =>
  (await statusOf(monitor)).replicas.find(({ id }) => id === replica)?.observed;
const standby = async (): Promise<string> => {
  const { leader } = await cluster.leadership();
  return cluster.system.replicas.find(({ name }) => name !== leader)?.name ?? '';
};

describe('the reaction of the system', () => {
  test.each([
    [
      'a>b: pings are lost, beats arrive',
      (monitor: string, replica: string) => `${monitor}>${replica}`,
    ],
    [
      'b>a: beats and answers are lost',
      (monitor: string, replica: string) => `${replica}>${monitor}`,
    ],
    ['a-b', (monitor: string, replica: string) => `${monitor}-${replica}`],
  ])(
    'a monitor cut off from a standby, %s: it suspects it, the others do not, nothing is handed over',
    async (_name, link) => {
      const replica = await standby();
      const { term } = await cluster.leadership();
      const { heal } = await injectFault('partition', link('monitor_1', replica));
      await eventually(async () => (await observes('monitor_1', replica)) === 'suspect', {
        what: 'suspicion',
      });
      expect(await observes('monitor_2', replica)).toBe('alive');
      await heal();
      await isWhole(cluster);
      expect((await cluster.leadership()).term).toBe(term);
    },
    TEST_MS,
  );

  test(
    'the leader isolated: another one leads; after the heal the old one is a standby and payments succeed',
    async () => {
      const before = await cluster.leadership();
      const { heal } = await injectFault('isolate', before.leader ?? '');
      await eventually(async () => (await cluster.leadership()).term > before.term, {
        what: 'an election',
      });
      expect((await cluster.leadership()).leader).not.toBe(before.leader);
      expect(await pay(cluster, 20)).toBe('SUCCEEDED');
      await heal();
      await isWhole(cluster);
    },
    TEST_MS,
  );

  test(
    'patients cut off from PostgreSQL: no payment is accepted',
    async () => {
      const { heal } = await injectFault('partition', 'patients_1>postgres');
      expect(await pay(cluster, 1)).not.toBe('SUCCEEDED');
      await heal();
      await isWhole(cluster);
    },
    TEST_MS,
  );

  test(
    'the leader cut off from the gateway: the leadership moves, or the payment waits; after the heal it succeeds',
    async () => {
      const { leader } = await cluster.leadership();
      const { heal } = await injectFault('partition', `${leader ?? ''}-gateway`);
      expect(['SUCCEEDED', 'PENDING']).toContain(await pay(cluster, 10));
      await heal();
      await isWhole(cluster);
    },
    TEST_MS,
  );

  test(
    'a process can be killed while its link is cut; each fault is healed separately',
    async () => {
      const replica = await standby();
      const [cut, kill] = [
        await injectFault('partition', `monitor_2-${replica}`),
        await injectFault('kill', replica),
      ];
      await cut.heal();
      await kill.heal();
      await isWhole(cluster);
      expect(injector.failures).toEqual([]);
    },
    TEST_MS,
  );
});

test(
  'a part is isolated on all its links and on no other link',
  async () => {
    const { heal } = await injectFault('isolate', 'redis');
    const cut = links.targets.filter((target) => links.lanes(target).every((lane) => lane.isCut));
    expect(cut).toEqual(
      links.targets.filter((target) =>
        directionsOf(target).some((direction) => direction.split('>').includes('redis')),
      ),
    );
    await heal();
    expect(
      links.targets.filter((target) => links.lanes(target).some((lane) => lane.isCut)),
    ).toEqual([]);
    await isWhole(cluster);
  },
  TEST_MS,
);
