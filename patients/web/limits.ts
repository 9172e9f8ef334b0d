/**
 * Limits wrong attempts per patient, and per address over all patients. Counted in Redis for all
 * instances together; while Redis is unavailable each instance counts alone.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html
 */
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { PatientsConfig } from '../config.js';
import { documentForm } from '../core/identification.js';

/** How many more wrong attempts are allowed, or for how long none is. */
type Allowance = { left: number } | { lockedMs: number };

export interface Limits {
  /**
   * Call before the facts are compared: counts the attempt as wrong, for the patient and for the
   * address.
   */
  attempt(document: string, address: string): Promise<Allowance>;
  /**
   * Call after a correct attempt: it does not count, and earlier wrong attempts on this patient are
   * forgotten.
   */
  forgive(document: string, address: string): Promise<void>;
  /**
   * Call when nothing was compared (database unavailable, or too many waiting comparisons): the
   * attempt does not count.
   */
  undo(document: string, address: string): Promise<void>;
  /** Call after a wrong attempt. @returns the remaining allowance. */
  wrong(document: string, address: string, left: number): Promise<Allowance>;
  /**
   * Call before a token is compared: counts the attempt as wrong for the address. Counts first,
   * because concurrent attempts would all read the earlier count. @returns how long this address is
   * refused, in ms; 0: the token may be compared.
   */
  enter(address: string): Promise<number>;
  /** Call after a correct attempt, or when nothing was compared: the attempt does not count. */
  giveBack(address: string): Promise<void>;
  /** Call after a wrong attempt; the last allowed one locks the address. */
  wrongFrom(address: string): Promise<void>;
}

type LimitsConfig = Pick<
  PatientsConfig,
  'wrongCodesMax' | 'wrongFromAddressMax' | 'lockMinutes' | 'queuePrefix'
>;

/** Refusal while the attempts in progress from one address already use up its limit, in ms. */
const BUSY_MS = 1_000;

function limiter(
  config: LimitsConfig,
  redis: Redis,
  name: string,
  points: number,
): RateLimiterRedis {
  const options = {
    keyPrefix: `${config.queuePrefix}:wrong-${name}`,
    points,
    duration: config.lockMinutes * 60,
  };
  return new RateLimiterRedis({
    ...options,
    storeClient: redis,
    insuranceLimiter: new RateLimiterMemory(options),
  });
}

/** A key of bounded length that identifies no person. */
const toKey = (document: string): string =>
  createHash('sha256').update(documentForm(document)).digest('base64url');

/** How long a limiter refuses, in ms; null: it does not refuse. */
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
  // A separate key, because `giveBack` must not shorten a lock.
  const locks = limiter(config, redis, 'address-lock', 1);
  // Counts only completed wrong attempts: attempts in progress must not lock an address.
  const wrongs = limiter(config, redis, 'address-wrong', config.wrongFromAddressMax);
  const giveBack = async (address: string): Promise<void> =>
    void (await addresses.reward(address, 1));
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
    enter,
    giveBack,
    wrongFrom,
    async attempt(document, address) {
      const lockedMs = await enter(address);
      if (lockedMs > 0) return { lockedMs };
      const consumed = patients.consume(toKey(document));
      const refusedMs = await refusedFor(consumed);
      if (refusedMs === null) return { left: (await consumed).remainingPoints };
      await giveBack(address);
      return { lockedMs: refusedMs };
    },
    async forgive(document, address) {
      await Promise.all([patients.delete(toKey(document)), giveBack(address)]);
    },
    async undo(document, address) {
      await Promise.all([patients.reward(toKey(document), 1), giveBack(address)]);
    },
    async wrong(document, address, left) {
      await wrongFrom(address);
      if (left > 0) return { left };
      await patients.block(toKey(document), lockSeconds);
      return { lockedMs: lockSeconds * 1_000 };
    },
  };
}
