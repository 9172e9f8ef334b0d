/**
 * The ways a leadership changes hands in the `failover` experiment: what strikes the leader, for how long at least, what it needs, and
 * what is promised. Targets are stated for one client who pays all the time; `bounds.ts` says where those of silence come from.
 */
import type { Random } from '../../shared/random.js';
import type { Laboratory } from '../laboratory.js';
import { silenceP99Ms, voteSpreadMs } from './bounds.js';

export const HANDOVER_KINDS = ['kill', 'freeze', 'partition', 'planned', 'kill+monitor'] as const;
export type HandoverKind = (typeof HANDOVER_KINDS)[number];

/** One blow: a fault of `faults/faults.ts` and its target. */
export interface Blow {
  fault: string;
  target: string;
}

/** What a promise is about: `seen` – from the fault to the first commit the client sees; `extra` – the longest extra wait of a payment. */
export type Quantity = 'seen' | 'extra';

export interface Promised {
  quantity: Quantity;
  /** 0.5, 0.99. */
  share: number;
  withinMs: number;
}

export interface HandoverShape {
  /** In words, for the table and the README. */
  does: string;
  /** All at once; the first one is the moment that counts. */
  blows(laboratory: Laboratory, leader: string, random: Random): Blow[];
  /** The fault stands at least so long, ms: a shorter silence would teach the monitors patience (monitor/core/self-doubt.ts). */
  heldMs: number;
  /** Fewest monitors it makes sense with. */
  monitors: number;
  /** Whether it needs proxies in the paths; every other kind of the run then pays for them too, some tenths of a millisecond a hop. */
  links?: boolean;
  promised(monitors: number): Promised[];
}

/** Above two `BEAT_TIMEOUT_MS` of suspicion, and the silence before it. */
const SILENT_MS = 1_500;

export const HANDOVERS: Readonly<Record<HandoverKind, HandoverShape>> = {
  kill: {
    does: 'the leader is killed (SIGKILL)',
    blows: (_laboratory, leader) => [{ fault: 'kill', target: leader }],
    heldMs: 0,
    monitors: 1,
    promised: () => [{ quantity: 'seen', share: 0.5, withinMs: 50 }, { quantity: 'seen', share: 0.99, withinMs: 150 }],
  },
  freeze: {
    does: 'the leader stands still (SIGSTOP)',
    blows: (_laboratory, leader) => [{ fault: 'freeze', target: leader }],
    heldMs: SILENT_MS,
    monitors: 1,
    promised: () => [{ quantity: 'seen', share: 0.99, withinMs: 600 }],
  },
  partition: {
    // From monitors, PostgreSQL, Redis and the gateway at once: cut off from the monitors alone it would go on and commit until it is
    // deposed, and nobody would wait; cut off from PostgreSQL alone it says so itself (a gray failure), after GRAY_MS.
    does: 'the leader is cut off from everybody',
    blows: (_laboratory, leader) => [{ fault: 'isolate', target: leader }],
    links: true,
    heldMs: SILENT_MS,
    monitors: 1,
    promised: (monitors) => [{ quantity: 'seen', share: 0.99, withinMs: silenceP99Ms(monitors) }],
  },
  planned: {
    does: 'an operator asks for a hand-over',
    blows: (_laboratory, leader) => [{ fault: 'planned', target: leader }],
    heldMs: 0,
    monitors: 1,
    promised: () => [{ quantity: 'extra', share: 0.99, withinMs: 25 }],
  },
  'kill+monitor': {
    does: 'the leader and a monitor are killed',
    blows: ({ system }, leader, random) => [
      { fault: 'kill', target: leader }, { fault: 'kill', target: random.pick(system.monitors.map(({ name }) => name)) },
    ],
    heldMs: 0,
    monitors: 3,
    promised: (monitors) => [
      // Of three monitors both that are left must vote, and they need not notice at the same moment.
      { quantity: 'seen', share: 0.5, withinMs: 50 + voteSpreadMs(monitors) },
      { quantity: 'seen', share: 0.99, withinMs: 150 + voteSpreadMs(monitors) },
    ],
  },
};

/** What stands in the way of a kind in a system with so many monitors; null: nothing. */
export const unfit = (kind: HandoverKind, monitors: number): string | null =>
  monitors < HANDOVERS[kind].monitors ? `${kind} needs ${HANDOVERS[kind].monitors} monitors` : null;

/** The kinds of a list such as `kill,planned`, in the order of the list; a word that is none of them is returned as it is. */
export function readKinds(text: string | null): { kinds: HandoverKind[] } | { unknown: string } {
  const words = text === null ? [...HANDOVER_KINDS] : [...new Set(text.split(',').map((word) => word.trim()))];
  const unknown = words.find((word) => !(HANDOVER_KINDS as readonly string[]).includes(word));
  return unknown === undefined ? { kinds: words as HandoverKind[] } : { unknown };
}
