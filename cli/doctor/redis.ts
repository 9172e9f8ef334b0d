/**
 * Checks the Redis server, when an address is known: reachable, writable, configured to drop
 * nothing, its clock equal to ours.
 */
import type { GroupState } from '../../shared/queue/group-state.js';
import { isSentinelAddress, parseSentinelAddress } from '../../shared/queue/redis-address.js';
import { stripPassword } from '../../local/processes/address.js';
import { writeProbeKey } from '../../shared/write-probes.js';
import { atLeast } from '../../shared/version.js';
import { judgeOffsets, measureOffset, type Offset } from './clock.js';
import { ok, problem, warning, type Check, type Finding } from './finding.js';
import { judgeGroup } from './redis-group.js';

export interface RedisFacts {
  /** Without the password. */
  url: string;
  failure: string | null;
  version: string;
  /** Its answer to a write, when it refuses; null: it is writable. */
  refusal: string | null;
  /** Its eviction policy; null: unknown. */
  eviction: string | null;
  offset: Offset | null;
  running: boolean;
  /** Null: the address names one server. */
  group: GroupState | null;
}

const OLDEST = [6, 2] as const;

/** The command that makes Redis accept writes again, by the first word of its error. */
const WRITES_AGAIN: Readonly<Record<string, string>> = {
  OOM: 'config set maxmemory 0   (or a limit with room)',
  MISCONF: 'info persistence   (its disk is full, or its folder cannot be written; then: bgsave)',
  NOREPLICAS: 'config set min-replicas-to-write 0   (or restart its replicas)',
  READONLY: 'info replication   (this is a replica: set REDIS_URL to the primary)',
};

function judgeWrites(refusal: string | null, cli: string): Finding[] {
  if (refusal === null) return [];
  const command = WRITES_AGAIN[refusal.split(' ')[0] ?? ''] ?? 'info';
  return [
    problem('Redis', `It refuses writes: ${refusal.replace(/\.$/, '')}.`, `${cli} ${command}`),
  ];
}

/** The start of a command for the server. redis-cli knows no address of Sentinels. */
function toCli(group: GroupState | null, running: boolean): string {
  const place = group && (group.primary ?? group.sentinels[0]);
  if (place) return `redis-cli -h ${place.host} -p ${place.port} --askpass`;
  return `redis-cli -u "${running ? '$(jq -r .system.redisUrl .data/relevo.json)' : '$REDIS_URL'}"`;
}

export function judgeRedis({
  url,
  failure,
  version,
  refusal,
  eviction,
  offset,
  running,
  group,
}: RedisFacts): Finding[] {
  if (failure !== null) {
    return [
      problem(
        'Redis',
        `${url} cannot be used: ${failure}.`,
        running
          ? 'npm stop && npm start'
          : `${toCli(group, false)} ping   (correct REDIS_URL, or unset it)`,
      ),
      ...(group ? judgeGroup(group) : []),
    ];
  }
  const old = !atLeast(version, OLDEST);
  const cli = toCli(group, running);
  return [
    old
      ? problem(
          'Redis',
          `Redis ${version} is too old; version ${OLDEST.join('.')} or newer is required.`,
          'unset REDIS_URL',
        )
      : ok('Redis', `${version}, ${url}`),
    ...judgeWrites(refusal, cli),
    ...(eviction !== null && eviction !== 'noeviction'
      ? [
          warning(
            'Redis',
            `It may drop jobs when its memory is full (maxmemory-policy ${eviction}).`,
            `${cli} config set maxmemory-policy noeviction`,
          ),
        ]
      : []),
    ...(offset ? judgeOffsets([offset]) : []),
    ...(group ? judgeGroup(group) : []),
  ];
}

const TIMEOUT_MS = 4_000;

async function readGroupOf(url: string): Promise<GroupState | null> {
  if (!isSentinelAddress(url)) return null;
  const { readGroup } = await import('../../shared/queue/read-group.js');
  return readGroup(parseSentinelAddress(url), TIMEOUT_MS);
}

async function readFacts(url: string, running: boolean): Promise<RedisFacts> {
  const { openRedis } = await import('../../shared/queue/connect-redis.js');
  const patience = { connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS };
  const redis = openRedis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    ...patience,
  });
  let reason: Error | null = null;
  redis.on('error', (error: Error) => (reason ??= error));
  const facts: RedisFacts = {
    url: stripPassword(url),
    failure: null,
    version: '',
    refusal: null,
    eviction: null,
    offset: null,
    running,
    group: await readGroupOf(url),
  };
  try {
    await redis.connect();
    const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? '';
    const refusal = await writeProbeKey(redis, 'relevo', 'doctor').then(
      () => null,
      (error: Error) => error.message,
    );
    const policy = (await redis.config('GET', 'maxmemory-policy').catch(() => [])) as string[];
    const wall = async (): Promise<number> => {
      const [seconds, micros] = await redis.time();
      return Number(seconds) * 1_000 + Number(micros) / 1_000;
    };
    return {
      ...facts,
      version,
      refusal,
      eviction: policy[1] ?? null,
      offset: await measureOffset('Redis', wall),
    };
  } catch (error) {
    const { message, code } = (reason ?? error) as NodeJS.ErrnoException;
    return { ...facts, failure: message || (code ?? 'no answer') };
  } finally {
    redis.disconnect();
  }
}

export const redisCheck: Check = {
  name: 'redis',
  async look({ config, running }) {
    const url = running?.system?.redisUrl ?? config.redisUrl;
    return url === undefined ? [] : judgeRedis(await readFacts(url, Boolean(running?.system)));
  },
};
