/** Types of the live stream's messages, as the hub sends them and the console reads them. */
import type { Status } from '../../shared/contracts/status.js';
import type { EventMap } from '../core/events.js';

/** Numbers by `place.name`, such as `queue.pending` and `server_1.committed`. */
export type Numbers = Readonly<Record<string, number | null>>;

/** `event: sample`. An omitted number has not changed. */
export interface SampleChanges {
  at: number;
  /** Payments that all replicas committed this second. */
  rate: number;
  numbers: Numbers;
  /** Percentiles of the latency, ms: 50 % and 99 %. */
  latency?: [p50: number, p99: number];
  /** Why the oldest pending payment waits. Omitted: nothing waits, as before. */
  waiting?: Status['waiting'];
  /** Pings since the previous sample by replica, ms. Null: no answer. */
  pings?: Readonly<Record<string, readonly (number | null)[]>>;
}

/** The events that are sent. Ping events are too frequent; the samples contain their results. */
export type PublishedEvents = Omit<
  EventMap,
  'replica:answered' | 'replica:unanswered' | 'leadership:learnt'
>;

/** The data of each message, by name. */
export type StreamMessages = PublishedEvents & { status: Status; sample: SampleChanges };
