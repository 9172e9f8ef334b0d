/**
 * Enqueues accepted payments, in order of acceptance, without delaying the response. One call to
 * Redis at a time: payments accepted during a call travel in the next parcels. While Redis is
 * unavailable the parcels are dropped; the leader's relay finds their rows (I5).
 */
import type { ReconnectingQueue } from '../../shared/queue/reconnecting-queue.js';
import type { Logger } from '../../shared/observability/logger.js';
import { parcelsOf, type Parcel } from '../../shared/queue/queue.js';
import type { OpenSpan } from '../../shared/observability/spans.js';
import { tracing } from '../../shared/observability/tracing.js';
import { parcelsTotal } from '../metrics.js';
import { TraceMarks } from './trace-sampling.js';

export interface Dispatch {
  /** Returns at once and never fails. @param traces contexts of the requests of these payments. */
  send(ids: readonly string[], traces?: readonly string[]): void;
  /** Resolves when no call is in progress. */
  idle(): Promise<void>;
}

interface DispatchDeps {
  queue: ReconnectingQueue;
  logger: Logger;
}

/** `SpanKind.PRODUCER`; importing the enumeration would load the package. */
const PRODUCER = 3;

/** @returns undefined when tracing is off, or no request had a trace context. */
function beginSpan(parcels: readonly Parcel[]): OpenSpan | undefined {
  if (!tracing) return undefined;
  const parents = parcels.flatMap(({ traceparent, otherTraces = [] }) =>
    traceparent === undefined ? [] : [traceparent, ...otherTraces],
  );
  return parents.length === 0
    ? undefined
    : tracing.begin({
        name: 'enqueue',
        kind: PRODUCER,
        parents,
        attributes: { 'relevo.parcels': parcels.length },
      });
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
    logger.debug({ err: error, parcels: parcels.length }, 'could not enqueue; the relay will');
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
