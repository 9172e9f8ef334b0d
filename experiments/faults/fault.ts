/**
 * The interface of every fault: `inject` breaks something and returns the function that heals it. A
 * fault is one small file and one line in the list of faults. The injector must heal on every exit
 * path; `Injector` does so, therefore a fault itself need not.
 */
import type { Random } from '../../shared/random.js';
import type { Cluster } from '../system/cluster.js';

/** Undoes the fault. Resolves when the part is in its former state. Called once. */
export type Heal = () => Promise<void>;

export interface Injection {
  /**
   * One of `targets`: a process (`server_1`, `redis`) or a link (`monitor-server_1`, both ways;
   * `monitor>server_1`, one way).
   */
  target: string;
  /**
   * Planned duration, ms; the injector heals after it. For faults that must know the duration in
   * advance.
   */
  durationMs: number;
  /** The random stream of this injection alone: nothing else draws from it. */
  random: Random;
  signal: AbortSignal;
  /**
   * Sets the time of the injection to now. For a fault that must read something first; otherwise
   * the time of the call of `inject` counts.
   */
  markInjected: () => void;
  /** Names the affected part, where the target is a role and the fault chooses the part. */
  nameTarget: (name: string) => void;
}

export interface FaultDefinition {
  /** One word, as in schedules and results: `kill`, `partition`. */
  readonly kind: string;
  /** The real failure that the fault simulates, in one sentence. */
  readonly purpose: string;
  /**
   * Whether the fault breaks nothing (a hand-over), so that another fault may use the same target
   * meanwhile. Default: false.
   */
  readonly harmless?: boolean;
  /** Targets that this fault can use in this cluster. Empty: the fault is not possible here. */
  targets(cluster: Cluster): readonly string[];
  /**
   * Resolves when the fault is injected; null: there is nothing to undo (a hand-over). @throws
   * Error when the injection failed; nothing is broken then.
   */
  inject(cluster: Cluster, injection: Injection): Promise<Heal | null>;
}
