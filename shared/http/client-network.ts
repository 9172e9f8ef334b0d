/**
 * The network of a client, by which limits count. An IPv6 host has at least 2^64 addresses, so a
 * limit per address bounds nothing.
 */
import { isIPv6 } from 'node:net';
import type { Request } from 'express';

/** 16-bit groups in an IPv6 address, and how many of them name the network. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): string[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  return [
    ...before,
    ...Array.from({ length: GROUPS - before.length - after.length }, () => '0'),
    ...after,
  ];
}

const isMapped = (groups: readonly string[]): boolean =>
  groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff';

const toIpv4 = (groups: readonly string[]): string =>
  groups
    .slice(6)
    .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
    .join('.');

/**
 * IPv4, also mapped into IPv6: the address. IPv6: the first 64 bits. Other text is returned
 * unchanged.
 */
export function toNetwork(address: string): string {
  const [withoutZone = ''] = address.split('%');
  if (!isIPv6(withoutZone)) return address;
  const groups = groupsOf(withoutZone);
  return isMapped(groups) ? toIpv4(groups) : `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}

/**
 * @returns the key by which limits count this client. TRUST_PROXY decides whether the proxy
 *   supplies the address.
 */
export const clientNetwork = ({ ip }: Pick<Request, 'ip'>): string =>
  ip === undefined ? 'unknown' : toNetwork(ip);
