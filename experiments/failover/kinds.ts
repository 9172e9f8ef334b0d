/**
 * The kinds of hand-overs in the `failover` experiment: the faults of the leader, their shortest
 * duration, their requirements and the promises. The promises are for one client that pays all the
 * time; `bounds.ts` derives those about silence.
 */
import type { Random } from '../../shared/random.js';
import type { Cluster } from '../system/cluster.js';
import { silenceP99Ms, voteSpreadMs } from './bounds.js';

export const HANDOVER_KINDS = ['kill', 'freeze', 'partition', 'planned', 'kill+monitor'] as const;
export type ForcedKind = (typeof HANDOVER_KINDS)[number];

/** One injection: a fault of `experiments/faults/faults.ts` and its target. */
export interface FaultAndTarget {
  fault: string;
  target: string;
}

/**
 * The quantity of a promise: `seen` – from the fault to the first commit that the client sees;
 * `extra` – the longest additional wait of a payment.
 */
export type Quantity = 'seen' | 'extra';

interface HandoverBound {
  quantity: Quantity;
  /** 0.5, 0.99. */
  share: number;
  withinMs: number;
}

export interface HandoverShape {
  /** For people: in the table and the README. */
  description: string;
  /** Injected at the same time; the time of the first one counts. */
  selectFaults(cluster: Cluster, leader: string, random: Random): FaultAndTarget[];
  /**
   * Shortest duration of the fault, ms. The monitors count a shorter silence as a false alarm and
   * then wait longer (monitor/core/local-health.ts).
   */
  shortestMs: number;
  /** Smallest number of monitors for which this kind is possible. */
  monitors: number;
  /**
   * Whether the kind needs proxies; all other kinds of the run then use them too, at some tenths of
   * a millisecond per hop.
   */
  links?: boolean;
  getBounds(monitors: number): HandoverBound[];
}

/** Longer than two `BEAT_TIMEOUT_MS` of suspicion and the silence before it. */
const SILENT_MS = 1_500;

export const HANDOVERS: Readonly<Record<ForcedKind, HandoverShape>> = {
  'kill': {
    description: 'the leader is killed (SIGKILL)',
    selectFaults: (_cluster, leader) => [{ fault: 'kill', target: leader }],
    shortestMs: 0,
    monitors: 1,
    getBounds: () => [
      { quantity: 'seen', share: 0.5, withinMs: 50 },
      { quantity: 'seen', share: 0.99, withinMs: 150 },
    ],
  },
  'freeze': {
    description: 'the leader is suspended (SIGSTOP)',
    selectFaults: (_cluster, leader) => [{ fault: 'freeze', target: leader }],
    shortestMs: SILENT_MS,
    monitors: 1,
    getBounds: () => [{ quantity: 'seen', share: 0.99, withinMs: 600 }],
  },
  'partition': {
    // Cut off from monitors, PostgreSQL, Redis and the gateway at once. Cut off from the monitors
    // alone, it would continue to commit until it is deposed, and no client would wait. Cut off
    // from PostgreSQL alone, it reports that itself (a gray failure), after GRAY_MS.
    description: 'the leader is cut off from all other parts',
    selectFaults: (_cluster, leader) => [{ fault: 'isolate', target: leader }],
    links: true,
    shortestMs: SILENT_MS,
    monitors: 1,
    getBounds: (monitors) => [{ quantity: 'seen', share: 0.99, withinMs: silenceP99Ms(monitors) }],
  },
  'planned': {
    description: 'an operator requests a hand-over',
    selectFaults: (_cluster, leader) => [{ fault: 'planned', target: leader }],
    shortestMs: 0,
    monitors: 1,
    getBounds: () => [{ quantity: 'extra', share: 0.99, withinMs: 25 }],
  },
  'kill+monitor': {
    description: 'the leader and a monitor are killed',
    selectFaults: ({ system }, leader, random) => [
      { fault: 'kill', target: leader },
      { fault: 'kill', target: random.pick(system.monitors.map(({ name }) => name)) },
    ],
    shortestMs: 0,
    monitors: 3,
    getBounds: (monitors) => [
      // Both remaining monitors of three must vote, and may detect the failure at different times.
      { quantity: 'seen', share: 0.5, withinMs: 50 + voteSpreadMs(monitors) },
      { quantity: 'seen', share: 0.99, withinMs: 150 + voteSpreadMs(monitors) },
    ],
  },
};

/** Reason why a kind is impossible with this number of monitors; null: it is possible. */
export const explainUnfit = (kind: ForcedKind, monitors: number): string | null =>
  monitors < HANDOVERS[kind].monitors ? `${kind} needs ${HANDOVERS[kind].monitors} monitors` : null;

/**
 * Parses a list such as `kill,planned`, keeping its order; an unknown word is returned as
 * `unknown`.
 */
export function readKinds(text: string | null): { kinds: ForcedKind[] } | { unknown: string } {
  const words =
    text === null ? [...HANDOVER_KINDS] : [...new Set(text.split(',').map((word) => word.trim()))];
  const unknown = words.find((word) => !(HANDOVER_KINDS as readonly string[]).includes(word));
  return unknown === undefined ? { kinds: words as ForcedKind[] } : { unknown };
}
