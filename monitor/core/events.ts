/**
 * The events that a monitor emits, named `subject:fact`. One map feeds logs, metrics, the event
 * stream and tests. Durations are in ms on this monitor's clock. Null: this monitor cannot know,
 * because another one acted or there was no suspicion.
 */
import type { Layer } from '../../shared/contracts/status.js';
import type { ElectionKind, PingFailure } from './kinds.js';

export interface EventMap {
  'replica:answered': { replica: string; pingMs: number };
  'replica:unanswered': { replica: string; cause: PingFailure };
  /** `detectMs`: from the first sign of trouble to the suspicion. */
  'replica:suspected': { replica: string; layer: Layer; detectMs: number };
  /** Alive again, or for the first time; `restarted`: another life of the process. */
  'replica:recovered': { replica: string; restarted: boolean };
  'replica:left': { replica: string };
  /** The leadership that this monitor read at its start. */
  'leadership:learnt': { partition: number; term: number; leader: string | null };
  /** This monitor no longer trusts the leader. The election follows. */
  'leadership:lost': {
    partition: number;
    term: number;
    leader: string;
    kind: ElectionKind;
    reason: string;
  };
  /** `mine`: this monitor carried it out; otherwise `kind` is null. */
  'election:won': {
    partition: number;
    term: number;
    leader: string | null;
    previous: string | null;
    kind: ElectionKind | null;
    reason: string;
    mine: boolean;
    voteMs: number | null;
    /** From the last report of the former leader to the suspicion; null: it was not suspected. */
    detectMs: number | null;
    /** By the database's clock, ISO 8601. */
    electedAt: string;
  };
  /** The new leader reports that it leads. */
  'failover:completed': {
    partition: number;
    term: number;
    leader: string;
    kind: ElectionKind | null;
    promoteMs: number;
    totalMs: number | null;
  };
  'clock:jumped': { lateMs: number; jumpMs: number };
}

export type EventName = keyof EventMap;
export type MonitorEvent = {
  readonly [K in EventName]: { readonly name: K; readonly data: EventMap[K] };
}[EventName];
