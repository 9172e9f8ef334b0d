/**
 * Redis Sentinel: the same program as Redis, with another mode. A Sentinel keeps what it learned in
 * its own file of settings, which is therefore written once per start of the system.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostAndPort } from '../../shared/queue/redis-address.js';

/** The name of our group. */
export const GROUP_NAME = 'relevo';
/** Sentinels that must consider a primary failed. */
const QUORUM = 2;

export const SENTINEL_FILE = 'sentinel.conf';

/**
 * A server without an answer for this time counts as failed, in ms. Sentinels need about 1.5 s more
 * for the election and the promotion. A failover without reason costs no payment.
 */
const DOWN_AFTER_MS = 500;
/** Time limit of each step of a failover, in ms; a failed one is repeated after twice this time. */
const FAILOVER_MS = 2_000;

interface SentinelOptions {
  folder: string;
  port: number;
  password: string;
  /** The primary at the start. */
  primary: HostAndPort;
}

/** The settings of a Sentinel that has seen no failover yet. Pure. */
export const sentinelSettings = ({
  folder,
  port,
  password,
  primary,
}: SentinelOptions): string[] => [
  `port ${port}`,
  'bind 127.0.0.1',
  `dir ${JSON.stringify(folder)}`,
  `requirepass ${password}`,
  `sentinel sentinel-pass ${password}`,
  `sentinel monitor ${GROUP_NAME} ${primary.host} ${primary.port} ${QUORUM}`,
  `sentinel auth-pass ${GROUP_NAME} ${password}`,
  `sentinel down-after-milliseconds ${GROUP_NAME} ${DOWN_AFTER_MS}`,
  `sentinel failover-timeout ${GROUP_NAME} ${FAILOVER_MS}`,
  // Both replicas follow a new primary at once: it refuses writes until one does.
  `sentinel parallel-syncs ${GROUP_NAME} 2`,
];

const readIfThere = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/**
 * The port of the last primary, according to the Sentinel with the newest configuration; null: they
 * have never run.
 * @param folders of the Sentinels.
 */
export function readLastPrimary(folders: readonly string[]): number | null {
  const known = folders.map((folder) => {
    const text = readIfThere(join(folder, SENTINEL_FILE));
    const port = new RegExp(`^sentinel monitor ${GROUP_NAME} \\S+ (\\d+) `, 'm').exec(text)?.[1];
    const epoch = new RegExp(`^sentinel config-epoch ${GROUP_NAME} (\\d+)$`, 'm').exec(text)?.[1];
    return { port: port === undefined ? null : Number(port), epoch: Number(epoch ?? 0) };
  });
  const newest = known.filter(({ port }) => port !== null).sort((a, b) => b.epoch - a.epoch)[0];
  return newest?.port ?? null;
}

/** The port in a server's file of settings, which its last run left; null: there is none. */
export function readLastPort(file: string): number | null {
  const port = /^port (\d+)$/m.exec(readIfThere(file))?.[1];
  return port === undefined ? null : Number(port);
}
