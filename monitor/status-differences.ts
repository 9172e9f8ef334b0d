/**
 * What of a status is sent when: its structure (who, which state, which words) whenever it changes, its numbers once a second and only
 * those that changed. At a thousand payments a second that is a few kilobytes a minute instead of half a megabyte. Pure.
 */
import { totalOf } from './core/rates.js';
import type { Status } from './http/schemas.js';
import type { Sample } from './sampler.js';

/** Numbers by `place.name`, such as `queue.pending` and `server_1.committed`. */
export type Numbers = Readonly<Record<string, number | null>>;
export const NO_NUMBERS: Numbers = {};

/** Everything but the numbers and the times that move with the clock; equal structures are equal texts. */
export function structureOf({ at: _at, queue: _queue, replicas, ...rest }: Status): string {
  return JSON.stringify({ ...rest, replicas: replicas.map(lastingOf) });
}

type Replica = Status['replicas'][number];

const lastingOf = ({
  lastSeenAt: _seen, observedSince: _since, pingMs: _ping, parcelsInFlight: _held, committed: _done, ...lasting
}: Replica): object => lasting;

export function numbersOf({ queue, replicas }: Status, { rates }: Sample): Numbers {
  const ofReplicas = replicas.flatMap(({ id, parcelsInFlight, committed }): [string, number | null][] => [
    [`${id}.parcelsInFlight`, parcelsInFlight], [`${id}.committed`, committed], [`${id}.rate`, rates[id] ?? 0],
  ]);
  return Object.fromEntries([...Object.entries(queue).map(([name, value]): [string, number | null] => [`queue.${name}`, value]), ...ofReplicas]);
}

/** `event: sample`. What is left out is as it was. */
export interface SampleChanges {
  at: number;
  /** Payments committed this second, by all. */
  rate: number;
  numbers: Numbers;
  /** Percentiles of latency, ms: half, ninety-nine per cent. */
  latency?: [p50: number, p99: number];
  pings?: Sample['pings'];
}

const tenth = (ms: number): number => Math.round(ms * 10) / 10;

export function changes(before: Numbers, after: Numbers, { at, rates, latency, pings }: Sample): SampleChanges {
  return {
    at,
    rate: totalOf(rates),
    numbers: Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value)),
    ...(latency ? { latency: [tenth(latency.p50), tenth(latency.p99)] } : {}),
    ...(Object.keys(pings).length > 0 ? { pings } : {}),
  };
}
