/**
 * Charges the payments that wait in the queue while the leader of a planned hand-over finishes:
 * reads the oldest parcels, loads their payments, charges those that core/early.ts chooses, and
 * begins again, because more arrive. Writes nothing: not to PostgreSQL, not to the queue. The
 * leader's worker may have fetched parcels that it will not begin; only the leader's own list of
 * payments tells which are in flight.
 */
import { setMaxListeners } from 'node:events';
import { sleep } from '../shared/clock.js';
import type { Logger } from '../shared/observability/logger.js';
import { loadParcel } from '../shared/postgres/ledger.js';
import { PARCEL_MAX } from '../shared/queue/queue.js';
import { selectEarly } from './core/early.js';
import type { Database, Policy, QueueAccess } from './dependencies.js';
import type { EarlyCharges } from './gateway/early-charges.js';
import { chargedEarly } from './metrics.js';
import { peekParcels } from './prefetch.js';

/** Pause between two reads of the queue, in ms. */
const PAUSE_MS = 10;

export interface EarlyWorkOptions {
  partition: number;
  database: Pick<Database, 'loads'>;
  queue: QueueAccess;
  /** After `resumeMs` the leader leads again. */
  policy: Pick<Policy, 'prefetchMax' | 'inFlightMax' | 'resumeMs'>;
  charges: EarlyCharges;
  logger: Logger;
}

export class EarlyWork {
  private current: AbortController | null = null;

  constructor(private readonly options: EarlyWorkOptions) {}

  /** @param inFlight payments at the leader, which are left to it. */
  begin(inFlight: ReadonlySet<string>): void {
    this.drop();
    const current = new AbortController();
    this.current = current;
    const signal = AbortSignal.any([
      current.signal,
      AbortSignal.timeout(this.options.policy.resumeMs),
    ]);
    setMaxListeners(0, signal);
    void this.run(inFlight, signal).catch((error: unknown) => {
      if (!signal.aborted)
        this.options.logger.debug({ err: error }, 'begins no further charge before its term');
    });
  }

  /** Begins no further charge. The term takes the replies. */
  stop(): void {
    this.current?.abort();
    this.current = null;
  }

  /** Another replica leads: also forgets the replies. */
  drop(): void {
    this.stop();
    this.options.charges.drop();
  }

  private async run(inFlight: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const { queue, policy } = this.options;
    const seen = new Set<string>();
    const queued = new Set<string>();
    let begun = 0;
    while (!signal.aborted) {
      const parcels = await queue.parcels.use((bull) =>
        peekParcels(bull, queue.redis, policy.prefetchMax, seen),
      );
      for (const { jobId } of parcels) seen.add(jobId);
      const ids = parcels.flatMap(({ parcel }) => parcel.ids);
      for (const id of ids) queued.add(id);
      if (ids.length > 0) begun += await this.chargeThese(ids, queued, inFlight, signal);
      if (begun >= policy.inFlightMax) return;
      await sleep(PAUSE_MS, signal);
    }
  }

  /** @returns how many charges were begun. */
  private async chargeThese(
    ids: readonly string[],
    queued: ReadonlySet<string>,
    inFlight: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<number> {
    const { partition, database, charges } = this.options;
    const query = { partition, ids, limit: 2 * PARCEL_MAX, afterSeq: new Map<string, number>() };
    const rows = await loadParcel(database.loads, query);
    if (signal.aborted) return 0;
    const chosen = selectEarly(rows, queued, inFlight).filter(({ id }) => !charges.has(id));
    for (const { id: key, patientId, amountMinor, currency, kind } of chosen)
      charges.begin({ key, patientId, amountMinor, currency, kind });
    chargedEarly.inc(chosen.length);
    return chosen.length;
  }
}
