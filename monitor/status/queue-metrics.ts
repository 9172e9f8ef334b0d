/**
 * Gauges of waiting work, read at each scrape. An unknown value has no sample, because 0 would be
 * wrong.
 */
import { gauge } from '../../shared/observability/metrics.js';
import type { QueueCounts } from './queue-counts.js';

let counts: (() => Promise<QueueCounts>) | null = null;

/** Sets the source of the counts. */
export const measureQueue = (source: () => Promise<QueueCounts>): void => void (counts = source);

gauge(
  'relevo_queue_parcels',
  'Parcels in the queue: waiting; active, with a leader. No sample: Redis does not answer.',
  ['state'],
  async function () {
    const known = await counts?.();
    this.reset();
    if (typeof known?.waiting === 'number') this.set({ state: 'waiting' }, known.waiting);
    if (typeof known?.active === 'number') this.set({ state: 'active' }, known.active);
  },
);
gauge(
  'relevo_payments',
  'Payments that are pending, and that failed. No sample: PostgreSQL does not answer.',
  ['status'],
  async function () {
    const known = await counts?.();
    this.reset();
    if (typeof known?.pending === 'number') this.set({ status: 'PENDING' }, known.pending);
    if (typeof known?.failed === 'number') this.set({ status: 'FAILED' }, known.failed);
  },
);
