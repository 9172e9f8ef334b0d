/**
 * Hands accepted payments to the queue, in order of acceptance, behind the answer's back. One call to Redis at a time: what is
 * accepted meanwhile travels in the next parcels. While Redis is away it drops what it has; the leader's relay finds those rows (I5).
 */
import type { HealingQueue } from '../shared/healing-queue.js';
import type { Logger } from '../shared/logger.js';
import { parcelsOf, type Parcel } from '../shared/queue.js';
import { parcelsTotal } from './metrics.js';

export interface Dispatch {
  /** Never waits, never fails. */
  send(ids: readonly string[], traceparent?: string): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

interface DispatchDeps {
  queue: HealingQueue;
  logger: Logger;
}

async function deliver({ queue, logger }: DispatchDeps, parcels: readonly Parcel[]): Promise<void> {
  try {
    await queue.use((bull) => bull.addBulk(parcels.map((data) => ({ name: 'parcel', data }))));
    parcelsTotal.inc({ fate: 'queued' }, parcels.length);
  } catch (error) {
    parcelsTotal.inc({ fate: 'left-to-relay' }, parcels.length);
    logger.debug({ err: error, parcels: parcels.length }, 'parcels are left to the relay');
  }
}

export function createDispatch(deps: DispatchDeps): Dispatch {
  let ids: string[] = [];
  let trace: string | undefined;
  let underWay: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    while (ids.length > 0) {
      const [first, ...rest] = parcelsOf(ids);
      const traced = first && trace !== undefined ? { ...first, traceparent: trace } : first;
      ids = [];
      trace = undefined;
      await deliver(deps, traced ? [traced, ...rest] : rest);
    }
    underWay = null;
  };

  return {
    send(more, traceparent) {
      for (const id of more) ids.push(id);
      trace ??= traceparent;
      underWay ??= run();
    },
    idle: async () => (await underWay) ?? undefined,
  };
}
