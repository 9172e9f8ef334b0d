/**
 * How often somebody may be wrong: so many times about one patient, so many times from one address, whatever the patients. Counted in Redis
 * for all instances together; while Redis is away each instance counts for itself.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html
 */
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { PatientsConfig } from '../config.js';
import { documentForm } from '../core/identification.js';

/** What an attempt may do: how many more wrong ones there may be, or for how long there may be none. */
export type Allowance = { left: number } | { lockedMs: number };

export interface Limits {
  /** Before the facts are compared: counts the attempt as a wrong one. Many at once do not get past it. */
  attempt(document: string, address: string): Promise<Allowance>;
  /** It was right: the attempt does not count, and wrong ones about this patient before it are forgotten. */
  forgive(document: string): Promise<void>;
  /** It was wrong. @returns what is left now. */
  wrong(document: string, address: string, left: number): Promise<Allowance>;
  /** For how long nothing is taken from this address, in ms; 0: it is not locked. */
  addressLockedMs(address: string): Promise<number>;
  /** A wrong token, or a wrong attempt about anybody, came from this address. */
  wrongFrom(address: string): Promise<void>;
}

type LimitsConfig = Pick<PatientsConfig, 'wrongCodesMax' | 'wrongFromAddressMax' | 'lockMinutes' | 'queuePrefix'>;

function limiter(config: LimitsConfig, redis: Redis, name: string, points: number): RateLimiterRedis {
  const options = { keyPrefix: `${config.queuePrefix}:wrong-${name}`, points, duration: config.lockMinutes * 60 };
  return new RateLimiterRedis({
    ...options, storeClient: redis, insuranceLimiter: new RateLimiterMemory(options),
  });
}

/** A key of bounded length that names nobody. */
const keyOf = (document: string): string => createHash('sha256').update(documentForm(document)).digest('base64url');

export function createLimits(config: LimitsConfig, redis: Redis): Limits {
  const patients = limiter(config, redis, 'code', config.wrongCodesMax);
  const addresses = limiter(config, redis, 'address', config.wrongFromAddressMax);
  const lockSeconds = config.lockMinutes * 60;
  const addressLockedMs = async (address: string): Promise<number> => {
    const counted = await addresses.get(address);
    return counted && counted.consumedPoints >= config.wrongFromAddressMax ? counted.msBeforeNext : 0;
  };
  const wrongFrom = async (address: string): Promise<void> => {
    const { consumedPoints } = await addresses.penalty(address, 1);
    if (consumedPoints === config.wrongFromAddressMax) await addresses.block(address, lockSeconds);
  };
  return {
    addressLockedMs, wrongFrom,
    async attempt(document, address) {
      const lockedMs = await addressLockedMs(address);
      if (lockedMs > 0) return { lockedMs };
      try {
        return { left: (await patients.consume(keyOf(document))).remainingPoints };
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return { lockedMs: refused.msBeforeNext };
        throw refused;
      }
    },
    async forgive(document) {
      await patients.delete(keyOf(document));
    },
    async wrong(document, address, left) {
      await wrongFrom(address);
      if (left > 0) return { left };
      await patients.block(keyOf(document), lockSeconds);
      return { lockedMs: lockSeconds * 1_000 };
    },
  };
}
