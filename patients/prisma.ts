/** Prisma on a pool of ours, for reads. A database that is away is one problem here too, whatever Prisma calls it. */
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/prisma/client.js';
import { Problem } from '../shared/errors.js';
import { isPassing, type Pool } from '../shared/postgres.js';

/** Cannot reach, timed out, closed the connection, no connection free. @see https://www.prisma.io/docs/orm/reference/error-reference */
const PASSING_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024']);

interface PrismaLikeError {
  code?: unknown;
  cause?: unknown;
  originalCode?: string;
  originalMessage?: string;
  meta?: { driverAdapterError?: unknown };
}

/** Whether the error, or what it was made of, means that the server is not there now. */
export function isPassingRead(error: unknown): boolean {
  if (error === null || typeof error !== 'object') return false;
  const { code, cause, originalCode, originalMessage, meta } = error as PrismaLikeError;
  if (isPassing(error) || PASSING_CODES.has(String(code))) return true;
  // The adapter turns the driver's error into a plain object with the original code and words.
  const original = Object.assign(new Error(originalMessage ?? ''), { code: originalCode });
  return isPassing(original) || isPassingRead(cause) || isPassingRead(meta?.driverAdapterError);
}

/**
 * @param schema with our tables; Prisma names it in each statement.
 * @see Problem UNAVAILABLE for every read while PostgreSQL is away.
 */
export function createPrisma(pool: Pool, schema = 'public') {
  return new PrismaClient({ adapter: new PrismaPg(pool, { schema }) }).$extends({
    query: {
      async $allOperations({ args, query }) {
        try {
          return (await query(args)) as unknown;
        } catch (error) {
          if (isPassingRead(error)) throw new Problem('UNAVAILABLE', undefined, { retryAfterSeconds: 1, cause: error });
          throw error;
        }
      },
    },
  });
}

export type Prisma = ReturnType<typeof createPrisma>;
