/**
 * Prisma on the service's own pool, for reads. Maps every Prisma error for an unavailable database
 * to one problem.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../../generated/prisma/client.js';
import { toDatabaseProblem } from '../../shared/errors.js';
import { isTransient, type Pool } from '../../shared/postgres/postgres.js';

/**
 * Unreachable, timed out, connection closed, no free connection.
 * @see https://www.prisma.io/docs/orm/reference/error-reference
 */
const TRANSIENT_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024']);

interface PrismaLikeError {
  code?: unknown;
  cause?: unknown;
  originalCode?: string;
  originalMessage?: string;
  meta?: { driverAdapterError?: unknown };
}

/** Whether the error or its cause means that the server is unavailable now. */
export function isTransientRead(error: unknown): boolean {
  if (error === null || typeof error !== 'object') return false;
  const { code, cause, originalCode, originalMessage, meta } = error as PrismaLikeError;
  if (isTransient(error) || TRANSIENT_CODES.has(String(code))) return true;
  // The adapter turns the driver's error into a plain object with the original code and message.
  const original = Object.assign(new Error(originalMessage ?? ''), { code: originalCode });
  return (
    isTransient(original) || isTransientRead(cause) || isTransientRead(meta?.driverAdapterError)
  );
}

/**
 * @param schema of the tables; Prisma names it in each statement.
 * @returns a client whose reads throw Problem UNAVAILABLE while PostgreSQL is unavailable.
 */
export function createPrisma(pool: Pool, schema = 'public') {
  return new PrismaClient({ adapter: new PrismaPg(pool, { schema }) }).$extends({
    query: {
      async $allOperations({ args, query }) {
        try {
          return (await query(args)) as unknown;
        } catch (error) {
          if (isTransientRead(error)) throw toDatabaseProblem(error);
          throw error;
        }
      },
    },
  });
}

export type Prisma = ReturnType<typeof createPrisma>;
