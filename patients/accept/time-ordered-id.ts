/**
 * Ids and keys: UUIDs that begin with the time (RFC 9562, version 7), so that ids of one hour are
 * adjacent in the index.
 */
import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const RANDOM_BYTES = 16;
/** Randomness is read in large blocks, because one call costs more than one id. */
const pool = new Uint8Array(RANDOM_BYTES * 256);
let used = pool.length;

function rng(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.subarray(used, (used += RANDOM_BYTES));
}

export const timeOrderedId = (): string => v7({ rng });
