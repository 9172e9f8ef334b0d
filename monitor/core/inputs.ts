/** The inputs of the monitor's core: one event with its time. Plain data. */
import type { AdminState, Leadership, ReplicaReport } from '../../shared/contracts/leadership.js';
import type { PingFailure } from './kinds.js';
import type { HandoverRequest } from './types.js';

/** Every input has a time and a random number in [0, 1) for the choice of a candidate. */
export interface Now {
  readonly now: number;
  readonly random: number;
}

export type InputBody =
  | { readonly type: 'tick'; readonly wallMs: number }
  | { readonly type: 'stream-opened'; readonly replica: string }
  | { readonly type: 'stream-closed'; readonly replica: string }
  | { readonly type: 'beat'; readonly replica: string; readonly report: ReplicaReport }
  | { readonly type: 'bye'; readonly replica: string; readonly report: ReplicaReport }
  | {
      readonly type: 'ping-answered';
      readonly replica: string;
      readonly report: ReplicaReport;
      readonly sentAt: number;
    }
  | {
      readonly type: 'ping-failed';
      readonly replica: string;
      readonly cause: PingFailure;
      readonly sentAt: number;
    }
  | {
      readonly type: 'push-answered';
      readonly replica: string;
      readonly report: ReplicaReport;
      readonly sentAt: number;
    }
  | { readonly type: 'push-failed'; readonly replica: string }
  | { readonly type: 'leadership-read'; readonly leadership: Leadership }
  | { readonly type: 'admin-read'; readonly admin: Readonly<Record<string, AdminState>> }
  | { readonly type: 'database-failed' }
  | {
      readonly type: 'vote-answered';
      readonly term: number;
      readonly votes: number;
      readonly elected: boolean;
      readonly leadership: Leadership;
    }
  | { readonly type: 'vote-failed'; readonly term: number }
  | { readonly type: 'handover-requested'; readonly request: HandoverRequest }
  | { readonly type: 'stand-down-answered'; readonly term: number; readonly drained: boolean }
  | { readonly type: 'stand-down-failed'; readonly term: number }
  | {
      readonly type: 'move-answered';
      readonly term: number;
      readonly leadership: Leadership | null;
    }
  | { readonly type: 'move-failed'; readonly term: number };
export type Input = Now & InputBody;
export type InputType = InputBody['type'];
export const INPUT_TYPES = [
  'tick',
  'stream-opened',
  'stream-closed',
  'beat',
  'bye',
  'ping-answered',
  'ping-failed',
  'push-answered',
  'push-failed',
  'leadership-read',
  'admin-read',
  'database-failed',
  'vote-answered',
  'vote-failed',
  'handover-requested',
  'stand-down-answered',
  'stand-down-failed',
  'move-answered',
  'move-failed',
] as const satisfies readonly InputType[];
