/**
 * The two kinds of addresses of Redis: `redis://…` (or `rediss://…`) names one server, and
 * `redis+sentinel://[user:password@]h1:p,h2:p,h3:p/name[?db=0]` names the Sentinels of a group and
 * the name that they give it. The user and the password are those of the Redis servers and of the
 * Sentinels; a Sentinel without a password accepts them too. Pure.
 */
import { url, type Option } from '../config.js';

export interface HostAndPort {
  host: string;
  port: number;
}

/** A group of Redis servers under Sentinel. */
export interface SentinelAddress {
  sentinels: readonly HostAndPort[];
  /** The name of the group, as the Sentinels know it. */
  name: string;
  username: string | undefined;
  password: string | undefined;
  db: number;
}

const SCHEME = 'redis+sentinel://';
const SENTINEL_PORT = 26_379;
const SENTINELS_MAX = 15;
const DB_MAX = 1_000_000;
const PORT_MAX = 65_535;
/** Number of characters of an error that are quoted. */
const SHOWN = 100;
const HOST = /^(?:[\w.-]{1,253}|\[[\da-fA-F:.]{2,45}\])$/;
/** The characters that Sentinel accepts in the name of a group. */
const NAME = /^[\w.-]{1,100}$/;

export const isSentinelAddress = (text: string): boolean => text.startsWith(SCHEME);

const isWithin = (text: string, min: number, max: number): boolean =>
  /^\d{1,7}$/.test(text) && Number(text) >= min && Number(text) <= max;

/** Splits at an index, which belongs to no part. Below 0: there is no second part. */
function splitAt(text: string, at: number): [string, string | undefined] {
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function readSentinel(text: string, problems: string[]): HostAndPort {
  const [host, port = String(SENTINEL_PORT)] = splitAt(
    text,
    text.endsWith(']') ? -1 : text.lastIndexOf(':'),
  );
  if (!HOST.test(host) || !isWithin(port, 1, PORT_MAX))
    problems.push(`must list its Sentinels as host:port, got "${text.slice(0, SHOWN)}"`);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function readSentinels(text: string, problems: string[]): HostAndPort[] {
  const names = text === '' ? [] : text.split(',');
  if (names.length === 0) problems.push('must name at least one Sentinel');
  if (names.length > SENTINELS_MAX) problems.push(`must name at most ${SENTINELS_MAX} Sentinels`);
  const sentinels = names.slice(0, SENTINELS_MAX).map((each) => readSentinel(each, problems));
  if (new Set(sentinels.map(({ host, port }) => `${host} ${port}`)).size !== sentinels.length)
    problems.push('names a Sentinel twice');
  return sentinels;
}

function readDb(query: string, problems: string[]): number {
  const params = new URLSearchParams(query);
  for (const key of new Set(params.keys()))
    if (key !== 'db') problems.push(`has an unknown parameter "${key.slice(0, SHOWN)}"`);
  const db = params.get('db') ?? '0';
  if (!isWithin(db, 0, DB_MAX)) problems.push('must have a whole number as its parameter db');
  return Number(db);
}

/** Decodes `%40` and the like. The text is secret, so the problem does not quote it. */
function decode(text: string | undefined, problems: string[]): string | undefined {
  if (!text) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    problems.push('has a "%" in its user or password that encodes no character');
    return undefined;
  }
}

/** @throws Error with every problem, as a sentence that completes "REDIS_URL …". */
export function parseSentinelAddress(text: string): SentinelAddress {
  const problems: string[] = [];
  if (!isSentinelAddress(text)) problems.push(`must begin with ${SCHEME}`);
  const rest = text.slice(SCHEME.length);
  const [place, query = ''] = splitAt(rest, rest.indexOf('?'));
  const [before, hosts] = splitAt(place, place.lastIndexOf('@'));
  const [user, secret] =
    hosts === undefined ? ['', undefined] : splitAt(before, before.indexOf(':'));
  const [list, name = ''] = splitAt(hosts ?? before, (hosts ?? before).indexOf('/'));
  if (!NAME.test(name))
    problems.push('must end with /NAME, the name of the group at its Sentinels');
  const address = {
    sentinels: readSentinels(list, problems),
    name,
    username: decode(user, problems),
    password: decode(secret, problems),
    db: readDb(query, problems),
  };
  if (problems.length > 0) throw new Error([...new Set(problems)].join('; '));
  return address;
}

const PROTOCOLS = ['redis:', 'rediss:'];

/** An address of Redis, of either kind. */
export function redisUrl(spec: { doc: string; default?: string }): Option<string> {
  const single = url('REDIS_URL', spec);
  return {
    ...single,
    parse: (value) => {
      if (isSentinelAddress(value)) {
        parseSentinelAddress(value);
        return value;
      }
      if (URL.canParse(value) && !PROTOCOLS.includes(new URL(value).protocol))
        throw new Error(`must begin with redis://, rediss:// or ${SCHEME}`);
      return single.parse(value);
    },
  };
}

/** The address of the group through these Sentinels, the reverse of `parseSentinelAddress`. */
export function formatSentinelAddress(address: SentinelAddress): string {
  const { sentinels, name, username = '', password, db } = address;
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  const user = username || secret ? `${encodeURIComponent(username)}${secret}@` : '';
  const list = sentinels.map(
    ({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`,
  );
  return `${SCHEME}${user}${list.join(',')}/${name}${db === 0 ? '' : `?db=${db}`}`;
}
