/**
 * The state of a Redis group, as its Sentinels and servers describe it: the primary, the replicas
 * with their lag, the Sentinels. Pure: parses their answers.
 */
import type { HostAndPort } from './redis-address.js';

export interface GroupServer extends HostAndPort {
  /** Its own answer; null: it does not answer. A former primary that returned also says primary. */
  role: 'primary' | 'replica' | null;
  /** The connection of a replica to its primary; null for a primary, or no answer. */
  link: 'up' | 'down' | null;
  /** Bytes that a replica has not confirmed to the primary; null: unknown, or the primary. */
  lagBytes: number | null;
  /** Its position in the stream of writes, in bytes; null: it does not answer. */
  offset: number | null;
}

export interface GroupSentinel extends HostAndPort {
  /** The address of the primary according to it; null: it does not answer. */
  primary: HostAndPort | null;
  /** Whether it can reach enough Sentinels for a failover; null: it does not answer. */
  hasQuorum: boolean | null;
}

export interface GroupState {
  name: string;
  /** Number of Sentinels that must consider a primary failed; null: no Sentinel answers. */
  quorum: number | null;
  /** The primary of the newest configuration; null: no Sentinel answers. */
  primary: HostAndPort | null;
  /** Whether a Sentinel considers that primary failed, or a failover is in progress. */
  isFailing: boolean;
  servers: readonly GroupServer[];
  sentinels: readonly GroupSentinel[];
}

/** The answer of one Sentinel. */
export interface SentinelView {
  primary: HostAndPort;
  /** Grows with each failover: the view with the largest one is the newest. */
  epoch: number;
  quorum: number;
  /** Words such as `master`, `s_down`, `failover_in_progress`. */
  flags: readonly string[];
  /** Other Sentinels and replicas that it knows. */
  otherSentinels: number;
  replicas: readonly HostAndPort[];
  hasQuorum: boolean;
}

/** Turns `[name, value, name, value, …]` into a record. Anything else is an empty record. */
export function toFields(answer: unknown): Record<string, string> {
  const words = Array.isArray(answer) ? answer.map(String) : [];
  const pairs = words.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, words[index + 1] ?? '']] : [],
  );
  return Object.fromEntries(pairs);
}

/** The lines `name:value` of an INFO answer. */
export const toInfo = (answer: string): Record<string, string> =>
  Object.fromEntries(
    answer.split('\r\n').flatMap((line) => {
      const at = line.indexOf(':');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );

/** A whole number of an answer; null: it is missing or no number. */
const toNumber = (text: string | undefined): number | null =>
  text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : null;

const toPlace = ({ ip = '', port }: Record<string, string>): HostAndPort => ({
  host: ip,
  port: toNumber(port) ?? 0,
});

export const isSamePlace = (one: HostAndPort, other: HostAndPort): boolean =>
  one.host === other.host && one.port === other.port;

/**
 * @param group answer of SENTINEL MASTER; @param replicas of SENTINEL REPLICAS.
 * @param hasQuorum whether SENTINEL CKQUORUM succeeded.
 */
export function toSentinelView(
  group: unknown,
  replicas: unknown,
  hasQuorum: boolean,
): SentinelView {
  const fields = toFields(group);
  return {
    primary: toPlace(fields),
    epoch: toNumber(fields['config-epoch']) ?? 0,
    quorum: toNumber(fields['quorum']) ?? 0,
    flags: (fields['flags'] ?? '').split(','),
    otherSentinels: toNumber(fields['num-other-sentinels']) ?? 0,
    replicas: (Array.isArray(replicas) ? replicas : []).map((each) => toPlace(toFields(each))),
    hasQuorum,
  };
}

/** The view with the newest configuration; null: no Sentinel answered. */
export const findNewest = (views: readonly (SentinelView | null)[]): SentinelView | null =>
  views.reduce<SentinelView | null>(
    (newest, view) => (view && (!newest || view.epoch > newest.epoch) ? view : newest),
    null,
  );

/** The position that a replica confirmed to the primary; null: it is not connected to it. */
function findConfirmed(primary: Record<string, string>, replica: HostAndPort): number | null {
  const line = Object.entries(primary).find(
    ([name, value]) =>
      /^slave\d+$/.test(name) && value.startsWith(`ip=${replica.host},port=${replica.port},`),
  );
  return toNumber(/,offset=(\d+)/.exec(line?.[1] ?? '')?.[1]);
}

/**
 * @param info the fields of INFO replication; null: the server does not answer.
 * @param primary those of the primary.
 */
export function toGroupServer(
  place: HostAndPort,
  info: Record<string, string> | null,
  primary: Record<string, string> | null,
): GroupServer {
  const isReplica = info?.['role'] === 'slave';
  const confirmed = primary && primary !== info ? findConfirmed(primary, place) : null;
  const written = toNumber(primary?.['master_repl_offset']);
  return {
    ...place,
    role: info === null ? null : isReplica ? 'replica' : 'primary',
    link: isReplica ? (info['master_link_status'] === 'up' ? 'up' : 'down') : null,
    lagBytes: confirmed === null || written === null ? null : Math.max(0, written - confirmed),
    offset: toNumber(info?.[isReplica ? 'slave_repl_offset' : 'master_repl_offset']),
  };
}

const FAILING = ['s_down', 'o_down', 'failover_in_progress'];

export const isFailing = (views: readonly (SentinelView | null)[]): boolean =>
  views.some((view) => view?.flags.some((flag) => FAILING.includes(flag)));
