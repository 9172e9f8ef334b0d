/**
 * The one shape of every fault: `inject` strikes and returns how to heal. A fault is one small file and one line in the list of faults.
 * Whoever injects owes the healing on every way out; `Injector` keeps that promise, so a fault itself need not.
 */
import type { Random } from '../../shared/random.js';
import type { Laboratory } from '../laboratory.js';

/** Undoes the fault; resolves when the part is as it was. Called once. */
export type Heal = () => Promise<void>;

export interface Strike {
  /** One of `targets`: a process (`server_1`, `redis`) or a link (`monitor-server_1`, both ways; `monitor>server_1`, one way). */
  target: string;
  /** How long it is meant to last, in ms; the injector heals then. For faults that need to know it beforehand. */
  durationMs: number;
  /** This strike's own stream: nothing else draws from it. */
  random: Random;
  signal: AbortSignal;
  /** The blow falls now. For a fault that has to find something out before; otherwise the moment is that of `inject`. */
  falls: () => void;
}

export interface Fault {
  /** A word, as in schedules and results: `kill`, `partition`. */
  readonly kind: string;
  /** What it is for, in a sentence: which failure of real life it stands for. */
  readonly purpose: string;
  /** Whether it breaks nothing, so that its target can be struck by another meanwhile (a hand-over); false when left out. */
  readonly harmless?: boolean;
  /** What it can strike in this laboratory; none: it cannot be done here. */
  targets(laboratory: Laboratory): readonly string[];
  /** Resolves when it has struck; null: there is nothing to undo (a hand-over). @throws Error when it could not; nothing is broken then. */
  inject(laboratory: Laboratory, strike: Strike): Promise<Heal | null>;
}
