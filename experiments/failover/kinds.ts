/**
 * The kinds of hand-overs in the `failover` experiment: the faults of the leader, their shortest
 * duration, their requirements and the promises. The promises are for one client that pays all the
 * time; `bounds.ts` derives those about silence.
 */
import type { Random } from '../../shared/random.js';
import type { Laboratory } from '../system/cluster.js';
import { silenceP99Ms, voteSpreadMs } from './bounds.js';

export const HANDOVER_KINDS = ['kill', 'freeze', 'partition', 'planned', 'kill+monitor'] as const;
export type HandoverKind = (typeof HANDOVER_KINDS)[number];

/** One injection: a fault of `faults/faults.ts` and its target. */
export interface Blow {
  fault: string;
  target: string;
}

/**
 * The quantity of a promise: `seen` – from the fault to the first commit that the client sees;
 * `extra` – the longest additional wait of a payment.
 */
export type Quantity = 'seen' | 'extra';

export interface Promised {
  quantity: Quantity;
  /** 0.5, 0.99. */
  share: number;
  withinMs: number;
}

export interface HandoverShape {
  /** For people: in the table and the README. */
  does: string;
  /** Injected at the same time; the time of the first one counts. */
  blows(laboratory: Laboratory, leader: string, random: Random): Blow[];
  /**
   * Shortest duration of the fault, ms. The monitors count a shorter silence as a false alarm and
   * then wait longer (monitor/core/local-health.ts).
   */
  heldMs: number;
  /** Smallest number of monitors for which this kind is possible. */
  monitors: number;
  /**
   * Whether the kind needs proxies; all other kinds of the run then use them too, at some tenths of
   * a millisecond per hop.
   */
  links?: boolean;
  promised(monitors: number): Promised[];
}

/** Longer than two `BEAT_TIMEOUT_MS` of suspicion and the silence before it. */
const SILENT_MS = 1_500;

export const HANDOVERS: Readonly<Record<HandoverKind, HandoverShape>> = {
  'kill': {
    does: 'the leader is killed (SIGKILL)',
    blows: (_laboratory, leader) => [{ fault: 'kill', target: leader }],
    heldMs: 0,
    monitors: 1,
    promised: () => [
      { quantity: 'seen', share: 0.5, withinMs: 50 },
      { quantity: 'seen', share: 0.99, withinMs: 150 },
    ],
  },
  'freeze': {
    does: 'the leader is suspended (SIGSTOP)',
    blows: (_laboratory, leader) => [{ fault: 'freeze', target: leader }],
    heldMs: SILENT_MS,
    monitors: 1,
    promised: () => [{ quantity: 'seen', share: 0.99, withinMs: 600 }],
  },
  'partition': {
    // Cut off from monitors, PostgreSQL, Redis and the gateway at once. Cut off from the monitors
    // alone, it would continue to commit until it is deposed, and no client would wait. Cut off
    // from PostgreSQL alone, it reports that itself (a gray failure), after GRAY_MS.
    does: 'the leader is cut off from all other parts',
    blows: (_laboratory, leader) => [{ fault: 'isolate', target: leader }],
    links: true,
    heldMs: SILENT_MS,
    monitors: 1,
    promised: (monitors) => [{ quantity: 'seen', share: 0.99, withinMs: silenceP99Ms(monitors) }],
  },
  'planned': {
    does: 'an operator requests a hand-over',
    blows: (_laboratory, leader) => [{ fault: 'planned', target: leader }],
    heldMs: 0,
    monitors: 1,
    promised: () => [{ quantity: 'extra', share: 0.99, withinMs: 25 }],
  },
  'kill+monitor': {
    does: 'the leader and a monitor are killed',
    blows: ({ system }, leader, random) => [
      { fault: 'kill', target: leader },
      { fault: 'kill', target: random.pick(system.monitors.map(({ name }) => name)) },
    ],
    heldMs: 0,
    monitors: 3,
    promised: (monitors) => [
      // Both remaining monitors of three must vote, and may detect the failure at different times.
      { quantity: 'seen', share: 0.5, withinMs: 50 + voteSpreadMs(monitors) },
      { quantity: 'seen', share: 0.99, withinMs: 150 + voteSpreadMs(monitors) },
    ],
  },
};

/** Reason why a kind is impossible with this number of monitors; null: it is possible. */
export const unfit = (kind: HandoverKind, monitors: number): string | null =>
  monitors < HANDOVERS[kind].monitors ? `${kind} needs ${HANDOVERS[kind].monitors} monitors` : null;

/**
 * Parses a list such as `kill,planned`, keeping its order; an unknown word is returned as
 * `unknown`.
 */
export function readKinds(text: string | null): { kinds: HandoverKind[] } | { unknown: string } {
  const words =
    text === null ? [...HANDOVER_KINDS] : [...new Set(text.split(',').map((word) => word.trim()))];
  const unknown = words.find((word) => !(HANDOVER_KINDS as readonly string[]).includes(word));
  return unknown === undefined ? { kinds: words as HandoverKind[] } : { unknown };
}
