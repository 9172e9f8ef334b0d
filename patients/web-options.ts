/** Two options of the pages that have forms of their own: whose forwarded headers are believed, and the public address. */
import { isIP } from 'node:net';
import type { Option } from '../shared/config.js';

/** What Express calls `trust proxy`: nobody, so many hops, or these addresses. */
export type TrustedProxies = false | number | readonly string[];

const NAMED = new Set(['loopback', 'linklocal', 'uniquelocal']);
const MOST_HOPS = 10;

function isProxy(entry: string): boolean {
  const [address = '', bits, ...more] = entry.split('/');
  const kind = isIP(address);
  if (NAMED.has(entry)) return true;
  return kind !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (kind === 4 ? 32 : 128)));
}

export function trustedProxies(env: string, { default: fallback, doc }: { default: TrustedProxies; doc: string }): Option<TrustedProxies> {
  return {
    env, doc, default: fallback,
    parse: (text) => {
      if (text === 'off') return false;
      if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_HOPS) return Number(text);
      const entries = text.split(',').map((entry) => entry.trim());
      if (!entries.every(isProxy)) throw new Error(`must be off, a number of proxies from 1 to ${MOST_HOPS}, or addresses, got "${text}"`);
      return Object.freeze(entries);
    },
  };
}

/** An origin without a path: `https://billing.example.org`; null: the one the reader used. */
export function publicUrl(env: string, { default: fallback, doc }: { default: string | null; doc: string }): Option<string | null> {
  return {
    env, doc, default: fallback,
    parse: (text) => {
      if (text === 'auto') return null;
      const parsed = URL.canParse(text) ? new URL(text) : null;
      if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.origin !== text.replace(/\/$/, '')) {
        throw new Error(`must be auto or an address without a path, such as https://billing.example.org, got "${text}"`);
      }
      return parsed.origin;
    },
  };
}
