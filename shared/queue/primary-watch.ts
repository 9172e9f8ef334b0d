/**
 * Subscribes to the announcements of the Sentinels of a group and closes every connection that is
 * not at the announced primary, which then opens again there. All connections of a process to one
 * group share a watch, which ends with the last of them. ioredis has such a detector too, but one
 * per connection; it can outlive its connection, and it prints an error for each failure of a
 * Sentinel. A missed announcement is noticed by the silence of the former primary.
 */
import { Redis } from 'ioredis';
import type { SentinelAddress } from './redis-address.js';

const CHANNEL = '+switch-master';
/** Time limit of a connection attempt to a Sentinel, in ms. */
const CONNECT_MS = 500;
/** Pause before another connection to a Sentinel, in ms. */
const RECONNECT_MS = 1_000;

/** The watches in use, by the address of their group. */
const watches = new Map<string, PrimaryWatch>();

/**
 * Whether a connection is open to another server. One that is still connecting does not count:
 * ioredis would end it for ever, and it asks the Sentinels anyway.
 */
const isElsewhere = ({ status, stream }: Redis, host: string, port: number): boolean =>
  (status === 'connect' || status === 'ready') &&
  (stream.remoteAddress !== host || stream.remotePort !== port);

class PrimaryWatch {
  private readonly members = new Set<Redis>();
  private readonly sentinels: readonly Redis[];

  constructor(
    private readonly key: string,
    { sentinels, name, username, password }: SentinelAddress,
  ) {
    this.sentinels = sentinels.map((place) => {
      const sentinel = new Redis({
        ...place,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        connectTimeout: CONNECT_MS,
        disconnectTimeout: 0,
        enableReadyCheck: false,
        maxRetriesPerRequest: null,
        retryStrategy: () => RECONNECT_MS,
      });
      sentinel.on('error', () => undefined); // The other Sentinels announce too.
      sentinel.on('message', (_channel, message) => this.onAnnounced(message.split(' '), name));
      sentinel.subscribe(CHANNEL).catch(() => undefined);
      return sentinel;
    });
  }

  join(redis: Redis): void {
    this.members.add(redis);
  }

  leave(redis: Redis): void {
    this.members.delete(redis);
    if (this.members.size > 0) return;
    watches.delete(this.key);
    for (const sentinel of this.sentinels) sentinel.disconnect();
  }

  /** @param words name, former host and port, new host and port. */
  private onAnnounced([group, , , host = '', port = '']: readonly string[], name: string): void {
    if (group !== name) return;
    for (const redis of this.members)
      if (isElsewhere(redis, host, Number(port))) redis.disconnect(true);
  }
}

function provideWatch(address: SentinelAddress): PrimaryWatch {
  const key = JSON.stringify(address);
  const watch = watches.get(key) ?? new PrimaryWatch(key, address);
  watches.set(key, watch);
  return watch;
}

/** Watches the group for a connection. @returns a function that ends it; call it once. */
export function watchPrimary(address: SentinelAddress, redis: Redis): () => void {
  const watch = provideWatch(address);
  watch.join(redis);
  return () => watch.leave(redis);
}
