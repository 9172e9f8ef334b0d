/**
 * Hands accepted payments to the queue, in order of acceptance, behind the answer's back. One call to Redis at a time: what is
 * accepted meanwhile travels in the next parcels. While Redis is away it drops what it has; the leader's relay finds those rows (I5).
 */
import type { HealingQueue } from '../shared/healing-queue.js';
import type { Logger } from '../shared/logger.js';
import { parcelsOf, type Parcel } from '../shared/queue.js';
import type { OpenSpan } from '../shared/spans.js';
import { tracing } from '../shared/tracing.js';
import { parcelsTotal } from './metrics.js';
import { TraceMarks } from './trace-marks.js';

export interface Dispatch {
  /** Never waits, never fails. @param traces contexts of the requests that these payments came with. */
  send(ids: readonly string[], traces?: readonly string[]): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

interface DispatchDeps {
  queue: HealingQueue;
  logger: Logger;
}

/** `SpanKind.PRODUCER`; the enumeration itself would load the package. */
const PRODUCER = 3;

/** Undefined: traces are not wanted, or no request had one. */
function beginSpan(parcels: readonly Parcel[]): OpenSpan | undefined {
  if (!tracing) return undefined;
  const parents = parcels.flatMap(({ traceparent, otherTraces = [] }) => (traceparent === undefined ? [] : [traceparent, ...otherTraces]));
  return parents.length === 0 ? undefined : tracing.begin({ name: 'enqueue', kind: PRODUCER, parents, attributes: { 'relevo.parcels': parcels.length } });
}

async function deliver({ queue, logger }: DispatchDeps, parcels: readonly Parcel[]): Promise<void> {
  const span = beginSpan(parcels);
  try {
    await queue.use((bull) => bull.addBulk(parcels.map((data) => ({ name: 'parcel', data }))));
    parcelsTotal.inc({ fate: 'queued' }, parcels.length);
    span?.end();
  } catch (error) {
    parcelsTotal.inc({ fate: 'left-to-relay' }, parcels.length);
    span?.end({}, error);
    logger.debug({ err: error, parcels: parcels.length }, 'parcels are left to the relay');
  }
}

export function createDispatch(deps: DispatchDeps): Dispatch {
  let ids: string[] = [];
  const marks = new TraceMarks();
  let underWay: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    while (ids.length > 0) {
      const parcels = marks.take(parcelsOf(ids));
      ids = [];
      await deliver(deps, parcels);
    }
    underWay = null;
  };

  return {
    send(more, traces = []) {
      const from = ids.length;
      for (const id of more) ids.push(id);
      marks.add(from, ids.length, traces);
      underWay ??= run();
    },
    idle: async () => (await underWay) ?? undefined,
  };
}
