/**
 * The option that decides whose forwarded headers (`X-Forwarded-*`) a service trusts: none, or
 * those of the proxies in front of it.
 */
import { isIP } from 'node:net';
import type { Option } from '../config.js';

/** Express' `trust proxy`: none, a number of hops, or these addresses. */
export type TrustedProxies = false | number | readonly string[];

const NAMED = new Set(['loopback', 'linklocal', 'uniquelocal']);
const MOST_HOPS = 10;

function isProxy(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  const kind = isIP(address);
  if (NAMED.has(entry)) return true;
  return (
    kind !== 0 &&
    more.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (kind === 4 ? 32 : 128)))
  );
}

export function trustedProxies(
  env: string,
  { default: fallback, doc }: { default: TrustedProxies; doc: string },
): Option<TrustedProxies> {
  return {
    env,
    doc,
    default: fallback,
    parse: (text) => {
      if (text === 'off') return false;
      if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_HOPS) return Number(text);
      const entries = text.split(',').map((entry) => entry.trim());
      if (!entries.every(isProxy))
        throw new Error(
          `must be off, a number of proxies from 1 to ${MOST_HOPS}, or addresses, got "${text}"`,
        );
      return Object.freeze(entries);
    },
  };
}
