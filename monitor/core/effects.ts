/**
 * The effects of the monitor's core, which the loop performs; the simulation does so too. Plain
 * data, and the functions that combine them with a state.
 */
import type { Leadership } from '../../shared/contracts/leadership.js';
import type { ProblemCode } from '../../shared/errors.js';
import type { MonitorEvent } from './events.js';
import type { ElectionKind } from './kinds.js';
import type { State } from './types.js';

export interface Candidate {
  readonly id: string;
  readonly bootId: string;
}

export type HandoverOutcome =
  | {
      readonly ok: true;
      readonly moved: boolean;
      readonly leadership: Leadership;
      readonly previous: string | null;
      readonly drained: boolean;
      readonly tookMs: number;
    }
  | { readonly ok: false; readonly code: ProblemCode; readonly detail: string };

interface Change {
  readonly term: number;
  readonly kind: ElectionKind;
  readonly reason: string;
  readonly suspectedMsAgo: number | null;
}

export type Effect =
  /**
   * `onNewConnection`: to be sent on a new connection, to find out whether a process still listens
   * there.
   */
  | { readonly type: 'ping'; readonly replica: string; readonly onNewConnection: boolean }
  /** Read the administrative states and poll the other monitors, at every ping interval. */
  | { readonly type: 'refresh' }
  | { readonly type: 'read-leadership' }
  | ({ readonly type: 'vote'; readonly candidate: Candidate | null } & Change)
  | ({ readonly type: 'move'; readonly candidate: Candidate } & Change)
  /** Notify these replicas in this order: the new leader first. */
  | { readonly type: 'push'; readonly leadership: Leadership; readonly to: readonly string[] }
  | {
      readonly type: 'stand-down';
      readonly replica: string;
      readonly term: number;
      readonly timeoutMs: number;
      /** The replica that may charge waiting payments meanwhile; null: none. */
      readonly successor: string | null;
    }
  | { readonly type: 'answer'; readonly id: number; readonly outcome: HandoverOutcome }
  | { readonly type: 'emit'; readonly event: MonitorEvent };

/** The result of a part of the machine: the new state and the effects. */
export interface Reaction {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export interface Step extends Reaction {
  /** The monitor's decision in one sentence. */
  readonly decision: string;
}

export const emit = (event: MonitorEvent): Effect => ({ type: 'emit', event });

/** The same state, without effects. */
export const unchanged = (state: State): Reaction => ({ state, effects: [] });

export const withEffects = (reaction: Reaction, ...effects: Effect[]): Reaction => ({
  ...reaction,
  effects: [...reaction.effects, ...effects],
});
