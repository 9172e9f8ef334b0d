/**
 * A connection to the primary of a Redis group under Sentinel. ioredis asks the Sentinels for the
 * primary and refuses a server whose role is another. This file adds three things. A connection
 * moves when a Sentinel announces another primary (primary-watch.ts). A former primary that is
 * frozen never closes a connection, so its socket is destroyed. A server that accepts a connection
 * and never answers is left after a limited time, also when the announcement was missed.
 *
 * Not guaranteed: that the primary keeps what it confirmed. Replication is asynchronous, and the
 * relay enqueues lost payments again. A blocking call must be shorter than the permitted silence.
 */
import { Redis, type RedisOptions } from 'ioredis';
import { watchPrimary } from './primary-watch.js';
import type { SentinelAddress } from './redis-address.js';

/** `replyMapping` would change the types of the replies. */
export type RedisConnectionOptions = Omit<RedisOptions, 'replyMapping'>;

/** How often the connection is checked, in ms. */
const CHECK_MS = 500;
/**
 * A ready connection without an answer in this number of checks is closed. Checks are counted, not
 * milliseconds: after a delay of this process, its input is read before the next check.
 */
const SILENT_CHECKS = 4;
/** A new connection without an answer in this number of checks is closed. */
const HANDSHAKE_CHECKS = 2;
/** A frozen server never answers the end of a connection; its socket is destroyed, in ms. */
const DISCONNECT_MS = 50;
/** Time limit of a connection attempt and of a question to a Sentinel, in ms. */
const ASK_MS = 500;

function toGroupOptions(
  address: SentinelAddress,
  options: RedisConnectionOptions,
): RedisConnectionOptions {
  const { sentinels, name, username, password, db } = address;
  const { retryStrategy } = options;
  return {
    connectTimeout: ASK_MS,
    ...options,
    sentinels: [...sentinels],
    name,
    db,
    ...(username === undefined ? {} : { username, sentinelUsername: username }),
    ...(password === undefined ? {} : { password, sentinelPassword: password }),
    // The address names every Sentinel; the addresses that they announce may be unreachable here.
    updateSentinels: false,
    disconnectTimeout: DISCONNECT_MS,
    sentinelCommandTimeout: ASK_MS,
    ...(retryStrategy ? { sentinelRetryStrategy: retryStrategy } : {}),
  };
}

/** Closes the connection, which then opens again, when the server is silent for too long. */
function watchSilence(redis: Redis): void {
  let checks: NodeJS.Timeout | undefined;
  let received = 0;
  /** Checks in a row without an answer. */
  let silent = 0;
  const check = (): void => {
    const { bytesRead } = redis.stream;
    silent = bytesRead === received ? silent + 1 : 0;
    received = bytesRead;
    const isReady = redis.status === 'ready';
    if (silent >= (isReady ? SILENT_CHECKS : HANDSHAKE_CHECKS)) redis.disconnect(true);
    else if (isReady && silent > 0) redis.ping().catch(() => undefined);
  };
  redis.on('connect', () => {
    clearInterval(checks);
    received = silent = 0;
    checks = setInterval(check, CHECK_MS).unref();
  });
  redis.on('close', () => clearInterval(checks));
}

/** Follows the primary while the connection is in use. @returns a function that ends that. */
function followPrimary(redis: Redis, address: SentinelAddress): () => void {
  let stop: (() => void) | null = null;
  const leave = (): void => {
    stop?.();
    stop = null;
  };
  redis.on('connecting', () => (stop ??= watchPrimary(address, redis)));
  redis.on('end', leave);
  return leave;
}

/** Connects to the primary of a group. */
export function openGroupConnection(
  address: SentinelAddress,
  options: RedisConnectionOptions,
): Redis {
  const redis = new Redis(toGroupOptions(address, options));
  watchSilence(redis);
  const leave = followPrimary(redis, address);
  const disconnect = redis.disconnect.bind(redis);
  return Object.assign(redis, {
    // A client that is closed between two attempts to reconnect never reports its end.
    disconnect: (reconnect = false): void => {
      if (!reconnect) leave();
      disconnect(reconnect);
    },
    // BullMQ duplicates the connection of a worker for its blocking calls.
    duplicate: (changes?: RedisConnectionOptions): Redis =>
      openGroupConnection(address, { ...options, ...changes }),
  });
}
