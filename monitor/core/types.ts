/**
 * The settings and the state of the monitor's core; inputs.ts and effects.ts have the rest. All of
 * them are plain data. Every time here is in monotonic milliseconds of this monitor's clock. Times
 * of two monitors are never compared.
 */
import type { AdminState, Leadership, ReplicaReport } from '../../shared/contracts/leadership.js';
import type { Layer, Opinion } from '../../shared/contracts/status.js';
import type { ElectionKind, Policy } from './kinds.js';

export interface Settings {
  readonly monitor: string;
  /** All configured monitors, including this one. The quorum is a majority of them. */
  readonly monitors: readonly string[];
  readonly replicas: readonly string[];
  readonly partition: number;
  readonly policy: Policy;
  readonly tickMs: number;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /** Consecutive failed pings that make a replica suspect. */
  readonly fall: number;
  /** Consecutive answers that end a suspicion. */
  readonly rise: number;
  readonly beatIntervalMs: number;
  readonly beatTimeoutMs: number;
  readonly voteIntervalMs: number;
  /** Longest age of a vote that counts. */
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

/**
 * The knowledge of one monitor about one replica. failure-detector.ts decides its opinion.
 */
export interface Detector {
  readonly opinion: Opinion;
  /** Which layer suspected it; null unless `suspect`. */
  readonly layer: Layer | null;
  /** When the opinion was formed. */
  readonly since: number;
  readonly streamOpen: boolean;
  /** The last beat, or the opening of the stream when none came yet. */
  readonly lastBeatAt: number;
  /** When its stream closed, until the result of a later ping. Null: nothing to confirm. */
  readonly confirmingSince: number | null;
  /** Consecutive pings that failed, and when the first of them was sent. */
  readonly failures: number;
  readonly failingSince: number | null;
  /** Consecutive answers, counted while it is suspect. */
  readonly successes: number;
  /** When the first report of this life (its `bootId`) arrived. */
  readonly bornAt: number;
  readonly report: ReplicaReport | null;
  readonly seenAt: number | null;
  readonly pingMs: number | null;
  readonly pingSentAt: number | null;
}

/** How far the monitor trusts its own observations; see local-health.ts. */
export interface LocalHealth {
  readonly tickAt: number | null;
  readonly wallMs: number | null;
  /** How late the loop was last, in ms; for the metric. */
  readonly latenessMs: number;
  /** Added to every patience until `lenientUntil`. */
  readonly extraMs: number;
  readonly lenientUntil: number;
  readonly unhealthyUntil: number;
  /** False alarms that had not expired at `alarmedAt`. */
  readonly alarms: number;
  readonly alarmedAt: number;
  /** When the monitor started; null before its first tick. */
  readonly startedAt: number | null;
  /** Several replicas were silent at once: the patience is longer until this time. */
  readonly sharedUntil: number;
}

/** Elections in quick succession; see grace.ts. */
export interface Unrest {
  /** Elections that had not expired at `at`. */
  readonly elections: number;
  readonly at: number;
}

/** Why the monitor deposes the leader: the reason of an election as a kind and a sentence. */
export interface Verdict {
  readonly kind: ElectionKind;
  readonly reason: string;
  /** When this monitor formed that opinion. Null at the first election. */
  readonly since: number | null;
}

/** One monitor's vote in one term, repeated while the verdict holds. */
export interface Ballot {
  readonly castAt: number | null;
  /** Whether an answer is awaited. */
  readonly pending: boolean;
  /** Fresh votes in the last answer. Null before the first answer. */
  readonly votes: number | null;
}

export interface HandoverRequest {
  /**
   * Identifies the caller that waits for the answer. Null: the monitor itself requests the
   * hand-over.
   */
  readonly id: number | null;
  readonly to: string | null;
  readonly kind: 'planned' | 'gray';
  readonly reason: string;
}

/** The phase of a partition. failover.ts has the table of transitions. */
export type Phase =
  | { readonly name: 'observing' }
  | { readonly name: 'watching' }
  | { readonly name: 'confirming' }
  | {
      readonly name: 'voting';
      readonly term: number;
      readonly verdict: Verdict;
      readonly ballot: Ballot;
    }
  | {
      readonly name: 'no-candidate';
      readonly term: number;
      readonly verdict: Verdict;
      readonly ballot: Ballot;
    }
  | { readonly name: 'promoting'; readonly pushedAt: number }
  | {
      readonly name: 'handing-over';
      readonly term: number;
      readonly stage: 'standing-down' | 'moving';
      readonly request: HandoverRequest;
      /** The replica that was told to prepare. Null: none. */
      readonly successor: string | null;
      readonly drained: boolean;
      readonly startedAt: number;
    }
  | { readonly name: 'doubting' };
export type PhaseName = Phase['name'];

/** The obstacle to the work of a leader that is alive. */
export interface Trouble {
  readonly what: string;
  /** Whether the leader has work and makes no progress, independent of its dependencies. */
  readonly stalled: boolean;
  readonly since: number;
}

/**
 * The times of a failover, from its beginning until the new leader reports that it leads. Used for
 * metrics only.
 */
interface FailoverTimer {
  /** Null: another monitor carried out the election, and the row does not contain the kind. */
  readonly kind: ElectionKind | null;
  /** When this monitor began to vote or to hand over. Null: it took no part. */
  readonly startedAt: number | null;
  readonly electedAt: number | null;
}

export interface State {
  readonly settings: Settings;
  readonly phase: Phase;
  readonly health: LocalHealth;
  readonly replicas: Readonly<Record<string, Detector>>;
  /** From the last read of the database. A replica without an entry is ready. */
  readonly admin: Readonly<Record<string, AdminState>>;
  /** The leadership row as this monitor last read it. Null before the first read. */
  readonly leadership: Leadership | null;
  readonly adoptedAt: number;
  /** Until this time the leader is new: silence and failed pings do not depose it. */
  readonly graceUntil: number;
  readonly unrest: Unrest;
  /** Whether the leader of this term has reported that it leads. */
  readonly leaderConfirmed: boolean;
  readonly trouble: Trouble | null;
  /**
   * Since when another replica has continuously been better than the leader. Null: none is better,
   * or the leader has no trouble.
   */
  readonly betterSince: number | null;
  /**
   * Replicas that led without progress since a leader last made progress. They are the last
   * choice as successors of a leader without progress.
   */
  readonly stalled: readonly string[];
  /** The monitor begins no hand-over of its own before this time. */
  readonly restUntil: number;
  /** Whether the last call to the database succeeded. Null before the first call. */
  readonly databaseUp: boolean | null;
  /** Whether a read of the row is under way, and when the last one was requested. */
  readonly reading: boolean;
  readonly readAt: number;
  readonly refreshedAt: number | null;
  /** The failover under way. Null when there is none. */
  readonly failoverTimer: FailoverTimer | null;
}
