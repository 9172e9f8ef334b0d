/**
 * Counts the waiting work: parcels in Redis, payments in PostgreSQL. Queries them at most twice per
 * second for any number of readers. A source that does not answer in time is null: not known.
 */
import type { Clock } from '../../shared/clock.js';

export interface QueueCounts {
  /** Parcels in the queue, and parcels with the leader; null: Redis does not answer. */
  waiting: number | null;
  active: number | null;
  /** Payments without an outcome, and failed ones; null: PostgreSQL does not answer. */
  pending: number | null;
  failed: number | null;
  /** Age of the oldest pending payment, s; null: none is pending, or PostgreSQL does not answer. */
  oldestPendingSec: number | null;
  /** The error of its last failed attempt; null: none failed, or not known. */
  oldestError: string | null;
  /** Time until its next attempt, s; negative: due. Null: it is not postponed, or not known. */
  oldestDueSec: number | null;
}

/** A null time or error: none is pending, or the oldest one has none. */
export type PaymentCounts = { pending: number; failed: number } & Pick<
  QueueCounts,
  'oldestPendingSec' | 'oldestError' | 'oldestDueSec'
>;

export interface CountSources {
  parcels: () => Promise<{ waiting: number; active: number }>;
  payments: () => Promise<PaymentCounts>;
}

/** Maximum age of a cached answer, in ms. */
const FRESH_MS = 500;
/** Maximum wait for one source, in ms. */
const PATIENCE_MS = 500;

/** Null: no answer in time, or an error. */
async function withinPatience<T>(call: () => Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  try {
    return await Promise.race([call().catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @returns a function that returns the cached counts. */
export function createCachedCounts(
  sources: CountSources,
  clock: Clock,
): () => Promise<QueueCounts> {
  let askedAt = -Infinity;
  let latest: Promise<QueueCounts> | null = null;
  const look = async (): Promise<QueueCounts> => {
    const [parcels, payments] = await Promise.all([
      withinPatience(sources.parcels),
      withinPatience(sources.payments),
    ]);
    return {
      waiting: parcels?.waiting ?? null,
      active: parcels?.active ?? null,
      pending: payments?.pending ?? null,
      failed: payments?.failed ?? null,
      oldestPendingSec: payments?.oldestPendingSec ?? null,
      oldestError: payments?.oldestError ?? null,
      oldestDueSec: payments?.oldestDueSec ?? null,
    };
  };
  return () => {
    if (!latest || clock.now() - askedAt >= FRESH_MS) {
      askedAt = clock.now();
      latest = look();
    }
    return latest;
  };
}
