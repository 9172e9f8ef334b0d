/**
 * The words of the monitor's core: settings, what it knows (State), what happens to it (Input) and what it asks for (Effect).
 * Plain data in, plain data out: the loop performs the effects, a simulator may do it just as well.
 * Every time here is monotonic milliseconds of this monitor's own clock; times of two monitors are never compared.
 */
import type { ProblemCode } from '../../shared/errors.js';
import type { AdminState, Leadership, ReplicaReport } from '../../shared/contracts/leadership.js';
import type { MonitorEvent } from './events.js';
import type { ElectionKind, Layer, Opinion, PingFailure, Policy } from './kinds.js';

export interface Settings {
  readonly monitor: string;
  /** All configured monitors, this one included: the quorum is counted over them. */
  readonly monitors: readonly string[];
  readonly replicas: readonly string[];
  readonly partition: number;
  readonly policy: Policy;
  readonly tickMs: number;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly fall: number;
  readonly rise: number;
  readonly beatIntervalMs: number;
  readonly beatTimeoutMs: number;
  readonly voteIntervalMs: number;
  readonly voteFreshMs: number;
  readonly grayMs: number;
  readonly stallMs: number;
  readonly grayRestMs: number;
  readonly grayDrainMs: number;
  readonly handoverDrainMs: number;
  readonly pushIntervalMs: number;
  readonly doubtMs: number;
  readonly doubtForMs: number;
}

/** What one monitor knows of one replica; changed only by the verbs of failure-detector.ts. */
export interface Detector {
  readonly opinion: Opinion;
  /** Which layer suspected it; null unless `suspect`. */
  readonly layer: Layer | null;
  /** When the opinion was formed. */
  readonly since: number;
  readonly streamOpen: boolean;
  /** The last beat, or the opening of the stream when none came yet. */
  readonly lastBeatAt: number;
  /** When its stream closed, until a ping sent later says whether it lives; null: nothing to confirm. */
  readonly confirmingSince: number | null;
  /** Consecutive pings that failed, and when the first of them was sent. */
  readonly failures: number;
  readonly failingSince: number | null;
  /** Consecutive answers, counted while it is suspect. */
  readonly successes: number;
  /** When this life of the process (its `bootId`) was first heard. */
  readonly bornAt: number;
  readonly report: ReplicaReport | null;
  readonly seenAt: number | null;
  readonly pingMs: number | null;
  readonly pingSentAt: number | null;
}

/** The monitor's doubt of itself; see self-doubt.ts. */
export interface Doubt {
  readonly tickAt: number | null;
  readonly wallMs: number | null;
  /** How late the loop was last, in ms; for the metric. */
  readonly latenessMs: number;
  /** Added to every patience until `lenientUntil`. */
  readonly extraMs: number;
  readonly lenientUntil: number;
  readonly doubtingUntil: number;
  /** False alarms not yet forgotten at `alarmedAt`. */
  readonly alarms: number;
  readonly alarmedAt: number;
  /** When the monitor started; null before its first tick. */
  readonly startedAt: number | null;
  /** Several replicas were silent at once: patience is longer until then. */
  readonly sharedUntil: number;
}

/** Elections in a short time; see grace.ts. */
export interface Unrest {
  /** Elections not yet forgotten at `at`. */
  readonly elections: number;
  readonly at: number;
}

/** Why the leader must go: the reason of an election in one word and one sentence. */
export interface Verdict {
  readonly kind: ElectionKind;
  readonly reason: string;
  /** When that became this monitor's opinion; null at the first election. */
  readonly since: number | null;
}

/** One monitor's vote in one term; repeated while it is of that opinion. */
export interface Ballot {
  readonly castAt: number | null;
  /** Whether an answer is awaited. */
  readonly pending: boolean;
  /** Fresh votes at the last answer; null before one. */
  readonly votes: number | null;
}

export interface HandoverRequest {
  /** Names who waits for the answer; null: the monitor itself wants it. */
  readonly id: number | null;
  readonly to: string | null;
  readonly kind: 'planned' | 'gray';
  readonly reason: string;
}

/** Where a partition stands; the table of transitions is in failover.ts. */
export type Phase =
  | { readonly name: 'observing' }
  | { readonly name: 'watching' }
  | { readonly name: 'confirming' }
  | { readonly name: 'voting'; readonly term: number; readonly verdict: Verdict; readonly ballot: Ballot }
  | { readonly name: 'no-candidate'; readonly term: number; readonly verdict: Verdict; readonly ballot: Ballot }
  | { readonly name: 'promoting'; readonly pushedAt: number }
  | {
      readonly name: 'handing-over';
      readonly term: number;
      readonly stage: 'standing-down' | 'moving';
      readonly request: HandoverRequest;
      readonly drained: boolean;
      readonly startedAt: number;
    }
  | { readonly name: 'doubting' };
export type PhaseName = Phase['name'];
export const PHASES = [
  'observing', 'watching', 'confirming', 'voting', 'no-candidate', 'promoting', 'handing-over', 'doubting',
] as const satisfies readonly PhaseName[];

/** What keeps the leader from working although it lives. */
export interface Trouble {
  readonly what: string;
  /** Whether it has work and makes no progress, whatever it reaches. */
  readonly stalled: boolean;
  readonly since: number;
}

/** A failover from its beginning until the new leader says that it leads; for the figures. */
export interface Course {
  /** Null: another monitor carried the election out, and the row does not say. */
  readonly kind: ElectionKind | null;
  /** When this monitor began to vote or to hand over; null: it took no part. */
  readonly startedAt: number | null;
  readonly electedAt: number | null;
}

export interface State {
  readonly settings: Settings;
  readonly phase: Phase;
  readonly doubt: Doubt;
  readonly replicas: Readonly<Record<string, Detector>>;
  /** As the database said last; a replica that is not there is ready. */
  readonly admin: Readonly<Record<string, AdminState>>;
  /** The row, as this monitor knows it; null before the first read. */
  readonly leadership: Leadership | null;
  readonly learntAt: number;
  /** Until then the leader is new: silence and failed pings do not depose it. */
  readonly graceUntil: number;
  readonly unrest: Unrest;
  /** Whether the leader of this term has said that it leads. */
  readonly taken: boolean;
  readonly trouble: Trouble | null;
  /** Since when another replica has been better than the leader without a break; null: none is, or the leader has no trouble. */
  readonly betterSince: number | null;
  /** Replicas that led without progress since a leader last made some: they are not better than one another. */
  readonly stalled: readonly string[];
  /** No hand-over of the monitor's own wish before this. */
  readonly restUntil: number;
  /** Whether the last call to the database succeeded; null before one. */
  readonly databaseUp: boolean | null;
  /** Whether the row is being read, and when that was asked last. */
  readonly reading: boolean;
  readonly readAt: number;
  readonly refreshedAt: number | null;
  /** The failover under way; null when there is none. */
  readonly course: Course | null;
}

/** Every input says when it happened, and brings a random number in [0, 1) for whoever must choose. */
export interface Moment {
  readonly now: number;
  readonly random: number;
}

export type Happening =
  | { readonly type: 'tick'; readonly wallMs: number }
  | { readonly type: 'stream-opened'; readonly replica: string }
  | { readonly type: 'stream-closed'; readonly replica: string }
  | { readonly type: 'beat'; readonly replica: string; readonly report: ReplicaReport }
  | { readonly type: 'bye'; readonly replica: string; readonly report: ReplicaReport }
  | { readonly type: 'ping-answered'; readonly replica: string; readonly report: ReplicaReport; readonly sentAt: number }
  | { readonly type: 'ping-failed'; readonly replica: string; readonly cause: PingFailure; readonly sentAt: number }
  | { readonly type: 'push-answered'; readonly replica: string; readonly report: ReplicaReport; readonly sentAt: number }
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
  | { readonly type: 'move-answered'; readonly term: number; readonly leadership: Leadership | null }
  | { readonly type: 'move-failed'; readonly term: number };
export type Input = Moment & Happening;
export type InputType = Happening['type'];
export const INPUT_TYPES = [
  'tick', 'stream-opened', 'stream-closed', 'beat', 'bye', 'ping-answered', 'ping-failed', 'push-answered', 'push-failed',
  'leadership-read', 'admin-read', 'database-failed', 'vote-answered', 'vote-failed', 'handover-requested',
  'stand-down-answered', 'stand-down-failed', 'move-answered', 'move-failed',
] as const satisfies readonly InputType[];

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
  /** `fresh`: on a new connection, to learn whether anybody still listens there. */
  | { readonly type: 'ping'; readonly replica: string; readonly fresh: boolean }
  /** Read administrative states and ask the other monitors, at every ping interval. */
  | { readonly type: 'refresh' }
  | { readonly type: 'read-leadership' }
  | ({ readonly type: 'vote'; readonly candidate: Candidate | null } & Change)
  | ({ readonly type: 'move'; readonly candidate: Candidate } & Change)
  /** In this order: the new leader first. */
  | { readonly type: 'push'; readonly leadership: Leadership; readonly to: readonly string[] }
  | { readonly type: 'stand-down'; readonly replica: string; readonly term: number; readonly timeoutMs: number }
  | { readonly type: 'answer'; readonly id: number; readonly outcome: HandoverOutcome }
  | { readonly type: 'emit'; readonly event: MonitorEvent };

/** What a part of the machine does: the state after it, and what it asks for. */
export interface Reaction {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export interface Step extends Reaction {
  /** What the monitor makes of it, in one sentence. */
  readonly decision: string;
}
