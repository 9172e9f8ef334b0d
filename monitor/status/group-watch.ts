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
import { PolledView } from './polled-view.js';

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

export class GroupWatch extends PolledView<GroupStatus> {
  constructor(private readonly options: GroupWatchOptions) {
    super();
  }

  protected get isConfigured(): boolean {
    return isSentinelAddress(this.options.redisUrl);
  }

  protected async read(): Promise<GroupStatus> {
    const { redisUrl, nodes } = this.options;
    return toGroupStatus(await readGroup(parseSentinelAddress(redisUrl)), nodes);
  }
}
