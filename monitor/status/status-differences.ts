/**
 * Computes the parts of a status to send: the structure (names, states, texts) whenever it changes,
 * and once per second the numbers that changed. At 1,000 payments per second this is a few
 * kilobytes per minute instead of half a megabyte. Pure.
 */
import { sumRates } from '../core/rates.js';
import type { Status } from '../../shared/contracts/status.js';
import type { Sample } from './sampler.js';
import type { Numbers, SampleChanges } from './stream-messages.js';
import { roundToTenth } from '../../shared/format.js';

export const NO_NUMBERS: Numbers = {};

/**
 * The status without the numbers and the times that change with the clock. Equal structures have
 * equal texts.
 */
export function toStructure({
  at: _at,
  queue: _queue,
  waiting: _waiting,
  ...lasting
}: Status): string {
  const { replicas, record, redisGroup, ensemble, disk, gateway, ...rest } = lasting;
  return JSON.stringify({
    ...rest,
    replicas: replicas.map(dropNumbers),
    gateway: [gateway.reached, gateway.error],
    disk: disk && { isLow: disk.freeMb < disk.leastMb },
    ensemble: ensemble?.map(({ name, role }) => [name, role]),
    record: record && { ...record, nodes: record.nodes.map(roundLag) },
    redisGroup: redisGroup && { ...redisGroup, servers: redisGroup.servers.map(roundLag) },
  });
}

const BYTES_PER_MB = 1_048_576;

/** The lag changes with each write; the console shows whole megabytes. */
const roundLag = (node: { lagBytes: number | null }): object => ({
  ...node,
  lagBytes: node.lagBytes === null ? null : Math.floor(node.lagBytes / BYTES_PER_MB),
});

type Replica = Status['replicas'][number];

const dropNumbers = ({
  lastSeenAt: _seen,
  observedSince: _since,
  pingMs: _ping,
  parcelsInFlight: _held,
  committed: _done,
  ...lasting
}: Replica): object => lasting;

const GATEWAY_NUMBERS = ['calls', 'failed', 'p50Ms', 'p99Ms'] as const;

export function toNumbers({ queue, gateway, replicas }: Status, { rates }: Sample): Numbers {
  const ofReplicas = replicas.flatMap(
    ({ id, parcelsInFlight, committed }): [string, number | null][] => [
      [`${id}.parcelsInFlight`, parcelsInFlight],
      [`${id}.committed`, committed],
      [`${id}.rate`, rates[id] ?? 0],
    ],
  );
  return Object.fromEntries([
    ...Object.entries(queue).map(([name, value]): [string, number | null] => [
      `queue.${name}`,
      value,
    ]),
    ...GATEWAY_NUMBERS.map((name): [string, number | null] => [`gateway.${name}`, gateway[name]]),
    ...ofReplicas,
  ]);
}

/** @param waiting undefined: nothing waits, as in the sample before. */
export function changes(
  before: Numbers,
  after: Numbers,
  { at, rates, latency, pings }: Sample,
  waiting?: Status['waiting'],
): SampleChanges {
  return {
    at,
    rate: sumRates(rates),
    numbers: Object.fromEntries(
      Object.entries(after).filter(([name, value]) => before[name] !== value),
    ),
    ...(latency ? { latency: [roundToTenth(latency.p50), roundToTenth(latency.p99)] } : {}),
    ...(Object.keys(pings).length > 0 ? { pings } : {}),
    ...(waiting === undefined ? {} : { waiting }),
  };
}
