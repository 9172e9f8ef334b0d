/**
 * Reads the state of a Redis group from its Sentinels and servers, each over a short connection.
 * The time is limited; an answer that does not arrive is unknown.
 */
import { Redis } from 'ioredis';
import { waitAtMost } from '../deadline.js';
import {
  findNewest,
  isFailing,
  toGroupServer,
  toInfo,
  toSentinelView,
  type GroupState,
  type SentinelView,
} from './group-state.js';
import type { HostAndPort, SentinelAddress } from './redis-address.js';

/** Time limit of all questions to one server or Sentinel, in ms. */
const ASK_MS = 800;

type Credentials = Pick<SentinelAddress, 'username' | 'password'>;

/** The result of `ask`; null when the server does not answer in time or refuses. */
async function askServer<T>(
  place: HostAndPort,
  { username, password }: Credentials,
  askMs: number,
  ask: (redis: Redis) => Promise<T>,
): Promise<T | null> {
  const redis = new Redis({
    ...place,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    protocol: 2, // With version 3, some answers are maps.
    lazyConnect: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: askMs,
    disconnectTimeout: 0,
  });
  redis.on('error', () => undefined); // The rejected promise reports the error.
  try {
    return await waitAtMost(
      askMs,
      redis.connect().then(() => ask(redis)),
    );
  } catch {
    return null;
  } finally {
    redis.disconnect();
  }
}

/** The view of one Sentinel; null: it does not answer, or does not know the group. */
export const askSentinel = (
  place: HostAndPort,
  address: SentinelAddress,
  askMs = ASK_MS,
): Promise<SentinelView | null> =>
  askServer(place, address, askMs, async (redis) => {
    const sentinel = (command: string): Promise<unknown> =>
      redis.call('SENTINEL', command, address.name);
    const [group, replicas, hasQuorum] = await Promise.all([
      sentinel('MASTER'),
      sentinel('REPLICAS'),
      sentinel('CKQUORUM').then(
        () => true,
        () => false,
      ),
    ]);
    return toSentinelView(group, replicas, hasQuorum);
  });

/** @param askMs longer for a process that is busy itself. */
export async function readGroup(address: SentinelAddress, askMs = ASK_MS): Promise<GroupState> {
  const { sentinels, name } = address;
  const views = await Promise.all(sentinels.map((place) => askSentinel(place, address, askMs)));
  const newest = findNewest(views);
  const places = newest ? [newest.primary, ...newest.replicas] : [];
  const infos = await Promise.all(
    places.map((place) =>
      askServer(place, address, askMs, async (redis) => toInfo(await redis.info('replication'))),
    ),
  );
  const primary = infos[0] ?? null; // The first place is that of the primary.
  return {
    name,
    quorum: newest?.quorum ?? null,
    primary: newest?.primary ?? null,
    isFailing: isFailing(views),
    servers: places.map((place, index) => toGroupServer(place, infos[index] ?? null, primary)),
    sentinels: sentinels.map((place, index) => ({
      ...place,
      primary: views[index]?.primary ?? null,
      hasQuorum: views[index]?.hasQuorum ?? null,
    })),
  };
}
