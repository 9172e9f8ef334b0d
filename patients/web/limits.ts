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
  /** Before the facts are compared: counts the attempt as a wrong one, about the patient and from the address. */
  attempt(document: string, address: string): Promise<Allowance>;
  /** It was right: the attempt does not count, and wrong ones about this patient before it are forgotten. */
  forgive(document: string, address: string): Promise<void>;
  /** Nothing was compared, because the record could not be read or too many comparisons wait: the attempt does not count. */
  undo(document: string, address: string): Promise<void>;
  /** It was wrong. @returns what is left now. */
  wrong(document: string, address: string, left: number): Promise<Allowance>;
  /**
   * Before a token is compared: counts the attempt as a wrong one from the address. Counted first, for of many attempts at once each would
   * find the count of before. @returns for how long nothing is taken from this address, in ms; 0: the token may be compared.
   */
  enter(address: string): Promise<number>;
  /** The attempt was right, or nothing was compared: it does not count. */
  giveBack(address: string): Promise<void>;
  /** It was wrong; with the last one that is allowed the address is locked. */
  wrongFrom(address: string): Promise<void>;
}

type LimitsConfig = Pick<PatientsConfig, 'wrongCodesMax' | 'wrongFromAddressMax' | 'lockMinutes' | 'queuePrefix'>;

/** So many attempts from one address are being compared at this moment that no more may begin, ms. */
const BUSY_MS = 1_000;

function limiter(config: LimitsConfig, redis: Redis, name: string, points: number): RateLimiterRedis {
  const options = { keyPrefix: `${config.queuePrefix}:wrong-${name}`, points, duration: config.lockMinutes * 60 };
  return new RateLimiterRedis({
    ...options, storeClient: redis, insuranceLimiter: new RateLimiterMemory(options),
  });
}

/** A key of bounded length that names nobody. */
const keyOf = (document: string): string => createHash('sha256').update(documentForm(document)).digest('base64url');

/** For how long a limiter refuses, in ms; null: it does not. */
async function refusedFor(consumed: Promise<unknown>): Promise<number | null> {
  try {
    await consumed;
    return null;
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return refused.msBeforeNext;
    throw refused;
  }
}

export function createLimits(config: LimitsConfig, redis: Redis): Limits {
  const patients = limiter(config, redis, 'code', config.wrongCodesMax);
  const addresses = limiter(config, redis, 'address', config.wrongFromAddressMax);
  const lockSeconds = config.lockMinutes * 60;
  // A key of its own: what is given back must not lower a lock.
  const locks = limiter(config, redis, 'address-lock', 1);
  // Those that were wrong alone: attempts that are being compared lock nothing.
  const wrongs = limiter(config, redis, 'address-wrong', config.wrongFromAddressMax);
  const giveBack = async (address: string): Promise<void> => void (await addresses.reward(address, 1));
  const enter = async (address: string): Promise<number> => {
    const locked = await locks.get(address);
    if (locked && locked.msBeforeNext > 0) return locked.msBeforeNext;
    if ((await refusedFor(addresses.consume(address))) === null) return 0;
    await giveBack(address); // Nothing is compared.
    return BUSY_MS;
  };
  const wrongFrom = async (address: string): Promise<void> => {
    const { consumedPoints } = await wrongs.penalty(address, 1);
    if (consumedPoints >= config.wrongFromAddressMax) await locks.block(address, lockSeconds);
  };
  return {
    enter, giveBack, wrongFrom,
    async attempt(document, address) {
      const lockedMs = await enter(address);
      if (lockedMs > 0) return { lockedMs };
      const consumed = patients.consume(keyOf(document));
      const refusedMs = await refusedFor(consumed);
      if (refusedMs === null) return { left: (await consumed).remainingPoints };
      await giveBack(address);
      return { lockedMs: refusedMs };
    },
    async forgive(document, address) {
      await Promise.all([patients.delete(keyOf(document)), giveBack(address)]);
    },
    async undo(document, address) {
      await Promise.all([patients.reward(keyOf(document), 1), giveBack(address)]);
    },
    async wrong(document, address, left) {
      await wrongFrom(address);
      if (left > 0) return { left };
      await patients.block(keyOf(document), lockSeconds);
      return { lockedMs: lockSeconds * 1_000 };
    },
  };
}
