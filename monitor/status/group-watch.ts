/**
 * Polls the servers and the Sentinels of a Redis group every two seconds. The result is only
 * displayed: the Sentinels decide which server is the primary, and the connections follow it by
 * themselves.
 */
import type { Member } from '../../shared/config.js';
import type { GroupStatus } from '../../shared/contracts/status.js';
import { isSamePlace, type GroupState } from '../../shared/queue/group-state.js';
import { readGroup } from '../../shared/queue/read-group.js';
import {
  isSentinelAddress,
  parseSentinelAddress,
  type HostAndPort,
} from '../../shared/queue/redis-address.js';

/** Interval between two polls, ms. */
const LOOK_MS = 2_000;

const byPlace = (one: HostAndPort, other: HostAndPort): number =>
  one.host.localeCompare(other.host) || one.port - other.port;

const toUrl = ({ host, port }: HostAndPort): string => `${host}:${port}`;

export interface GroupWatchOptions {
  redisUrl: string;
  /** Names of the servers and the Sentinels, with `redis://host:port`. Empty: they have none. */
  nodes: readonly Member[];
}

/**
 * The places with their names, in order. Without a name for each of them, they are numbered in the
 * order of their addresses.
 */
function nameAll<Place extends HostAndPort>(
  places: readonly Place[],
  prefix: string,
  nodes: readonly Member[],
): (Place & { name: string })[] {
  const ids = new Map(nodes.map(({ id, url }) => [new URL(url).host, id]));
  const hasNames = places.every((place) => ids.has(toUrl(place)));
  const named = places.toSorted(byPlace).map((place, index) => ({
    ...place,
    name: (hasNames ? ids.get(toUrl(place)) : undefined) ?? `${prefix}_${index + 1}`,
  }));
  return named.toSorted((one, other) => one.name.localeCompare(other.name));
}

const toGroupStatus = (
  { quorum, primary, servers, sentinels }: GroupState,
  nodes: readonly Member[],
): GroupStatus => ({
  quorum,
  servers: nameAll(servers, 'redis', nodes).map((server) => ({
    name: server.name,
    url: toUrl(server),
    role: server.role,
    isPrimary: primary !== null && isSamePlace(server, primary),
    link: server.link,
    lagBytes: server.lagBytes,
  })),
  sentinels: nameAll(sentinels, 'sentinel', nodes).map((sentinel) => ({
    name: sentinel.name,
    url: toUrl(sentinel),
    answers: sentinel.primary !== null,
    hasQuorum: sentinel.hasQuorum,
  })),
});

export class GroupWatch {
  private timer: NodeJS.Timeout | null = null;
  private isLooking = false;
  private known: GroupStatus | null = null;

  constructor(private readonly options: GroupWatchOptions) {}

  /** The last view; null: REDIS_URL names one server, or nothing was read yet. */
  get state(): GroupStatus | null {
    return this.known;
  }

  start(): void {
    if (!isSentinelAddress(this.options.redisUrl)) return;
    void this.look();
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  close(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Never rejects. A poll that lasts longer than the interval replaces the next one. */
  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    const { redisUrl, nodes } = this.options;
    this.known = toGroupStatus(await readGroup(parseSentinelAddress(redisUrl)), nodes);
    this.isLooking = false;
  }
}
