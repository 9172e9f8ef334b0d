/**
 * Addresses of a database that name several hosts, in the convention of libpq:
 * `postgresql://user@h1:5432,h2:5432/relevo?target_session_attrs=read-write`. The driver `pg`
 * knows no such address. Pure.
 */

/** One server. */
export interface Host {
  /** Host and port, as in messages: `10.0.0.1:5432`. */
  name: string;
  /** Name or address; without the brackets of an IPv6 address. */
  host: string;
  port: number;
}

export interface HostList {
  hosts: readonly Host[];
  /** The address of one host, in the form of the driver: without `target_session_attrs`. */
  toUrl: (this: void, host: Host) => string;
}

const ADDRESS = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^/?#@]*)(\/[^?#]*)?(?:\?([^#]*))?$/;
const HOST = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s%]+))(?::(\d{1,5}))?$/;
const TARGET = 'target_session_attrs';
/** Values of libpq that mean a server which accepts writes. */
const WRITABLE: readonly string[] = ['read-write', 'primary'];
const USUAL_PORT = 5432;
/** More hosts than any cluster has; bounds the connections of the checks. */
const MOST_HOSTS = 9;

/** Whether the address needs a pool that follows the primary: several hosts, or a stated target. */
export function namesHosts(url: string): boolean {
  const [, , hosts = '', , query = ''] = ADDRESS.exec(url) ?? [];
  return hosts.includes(',') || new URLSearchParams(query).has(TARGET);
}

function parseHost(text: string): Host {
  const [, bracketed, plain, port = USUAL_PORT] = HOST.exec(text) ?? [];
  const host = bracketed ?? plain;
  const number = Number(port);
  if (host === undefined || number < 1 || number > 65_535)
    throw new Error(`must name hosts as host:port, got "${text}"`);
  const shown = bracketed === undefined ? host : `[${host}]`;
  return { name: `${shown}:${number}`, host, port: number };
}

/**
 * Parses an address with several hosts.
 * @throws Error with a sentence that completes "DATABASE_URL …".
 */
export function parseHostList(url: string): HostList {
  const match = ADDRESS.exec(url);
  if (!match) throw new Error('must be postgresql://user:password@host:port,host:port/database');
  const [, head = '', authority = '', path = '', query = ''] = match;
  const hosts = authority.split(',').map(parseHost);
  if (new Set(hosts.map(({ name }) => name)).size !== hosts.length)
    throw new Error('names a host twice');
  if (hosts.length > MOST_HOSTS) throw new Error(`must name at most ${MOST_HOSTS} hosts`);
  const search = new URLSearchParams(query);
  const targets = search.getAll(TARGET);
  if (targets.length !== 1 || !WRITABLE.includes(targets[0] ?? ''))
    throw new Error(`with several hosts must have one ${TARGET}=read-write`);
  search.delete(TARGET);
  const tail = search.size === 0 ? path : `${path}?${search.toString()}`;
  return { hosts, toUrl: ({ name }) => `${head}${name}${tail}` };
}

/** The same address with its first host alone; an address with one host unchanged. */
export function toFirstHostUrl(url: string): string {
  if (!namesHosts(url)) return url;
  const list = parseHostList(url);
  return list.toUrl(list.hosts[0] as Host);
}
