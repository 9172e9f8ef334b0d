/**
 * Polls the servers and the Sentinels of a Redis group every two seconds. The result is only
 * displayed: the Sentinels decide which server is the primary, and the connections follow it by
 * themselves.
 */
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

/** Names the servers and the Sentinels in the order of their addresses. Pure. */
const toGroupStatus = ({ quorum, primary, servers, sentinels }: GroupState): GroupStatus => ({
  quorum,
  servers: servers.toSorted(byPlace).map((server, index) => ({
    name: `redis_${index + 1}`,
    url: toUrl(server),
    role: server.role,
    isPrimary: primary !== null && isSamePlace(server, primary),
    link: server.link,
    lagBytes: server.lagBytes,
  })),
  sentinels: sentinels.toSorted(byPlace).map((sentinel, index) => ({
    name: `sentinel_${index + 1}`,
    url: toUrl(sentinel),
    answers: sentinel.primary !== null,
    hasQuorum: sentinel.hasQuorum,
  })),
});

export class GroupWatch {
  private timer: NodeJS.Timeout | null = null;
  private isLooking = false;
  private known: GroupStatus | null = null;

  constructor(private readonly redisUrl: string) {}

  /** The last view; null: REDIS_URL names one server, or nothing was read yet. */
  get state(): GroupStatus | null {
    return this.known;
  }

  start(): void {
    if (!isSentinelAddress(this.redisUrl)) return;
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
    this.known = toGroupStatus(await readGroup(parseSentinelAddress(this.redisUrl)));
    this.isLooking = false;
  }
}
