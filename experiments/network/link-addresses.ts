/**
 * Redirects a service's addresses of other parts through proxies: maps each variable to a part, and
 * replaces the port. Pure.
 */

/** Variables that hold one address, and the part with that address. */
const SINGLE = { DATABASE_URL: 'postgres', REDIS_URL: 'redis', GATEWAY_URL: 'gateway' } as const;
/** Variables that hold `name=address` pairs. */
const LISTS = ['REPLICAS', 'MONITORS'] as const;
/** The members of the ensemble for its clients. */
const ENSEMBLE = 'ZOOKEEPER';

/** @returns the port of the proxy for the part that listens on `port`; null: no proxy. */
export type Detour = (to: string, port: number) => number | null;

/** An address of several hosts, of a cluster or a group, stays unchanged. */
function redirect(to: string, url: string, detour: Detour): string {
  if (!URL.canParse(url)) return url;
  const address = new URL(url);
  const port = detour(to, Number(address.port));
  if (port === null) return url;
  address.port = String(port);
  return address.href.replace(/\/$/, '');
}

/** Returns the variables of `env` that change. */
export function leadThrough(
  env: Readonly<Record<string, string>>,
  detour: Detour,
): Record<string, string> {
  const changed: Record<string, string> = {};
  for (const [variable, to] of Object.entries(SINGLE)) {
    const url = env[variable];
    if (url) changed[variable] = redirect(to, url, detour);
  }
  for (const variable of LISTS) {
    const list = env[variable];
    if (!list) continue;
    const members = list.split(',').map((member) => {
      const at = member.indexOf('=');
      const name = member.slice(0, at);
      return `${name}=${redirect(name, member.slice(at + 1), detour)}`;
    });
    changed[variable] = members.join(',');
  }
  const ensemble = env[ENSEMBLE];
  if (ensemble) changed[ENSEMBLE] = redirectMembers(ensemble, detour);
  return changed;
}

/** `host:port,host:port,…`, in the order of the members. */
const redirectMembers = (list: string, detour: Detour): string =>
  list
    .split(',')
    .map((member, index) => {
      const [host = '', port] = member.split(':');
      return `${host}:${detour(`zookeeper_${index + 1}`, Number(port)) ?? port}`;
    })
    .join(',');
