/**
 * How a monitor learns of a new leader: from its own vote or move, or by reading the row after
 * another monitor's election. A lower term never replaces a known term: such an answer is outdated.
 */
import type { Leadership, ReplicaReport } from '../../shared/contracts/leadership.js';
import { trust } from './failure-detector.js';
import { getGraceMs, addElection } from './grace.js';
import { forgetEarlierLife, isStalled, getTrouble } from './leader-check.js';
import type { Effect, Reaction } from './effects.js';
import type { State } from './types.js';

/** Minimum time between two reads of the row that a report caused, in ms. */
const READ_PAUSE_MS = 50;

/** Whether a report of the elected life states that it leads in this term. */
const reportsLeading = (
  report: ReplicaReport | null | undefined,
  leadership: Leadership,
): boolean =>
  report?.role === 'leading' &&
  report.term === leadership.term &&
  report.bootId === leadership.bootId;

export function requestRow(state: State, now: number): Reaction {
  return {
    state: { ...state, reading: true, readAt: now },
    effects: [{ type: 'read-leadership' }],
  };
}

/** Answers the caller of a hand-over when another election ends that hand-over. */
function answerOvertaken(state: State): Effect[] {
  if (state.phase.name !== 'handing-over' || state.phase.request.id === null) return [];
  const detail = `An election ended this hand-over; the term is not ${state.phase.term} any more`;
  return [
    {
      type: 'answer',
      id: state.phase.request.id,
      outcome: { ok: false, code: 'HANDOVER_LOST', detail },
    },
  ];
}

/**
 * The monitor that carried out the election notifies every replica, the new leader first. The
 * others notify only the leader, unless it has confirmed.
 */
function toPushes(state: State, leadership: Leadership, mine: boolean): Effect[] {
  const { leader } = leadership;
  if (leader === null || (!mine && state.leaderConfirmed)) return [];
  const others = mine ? state.settings.replicas.filter((id) => id !== leader) : [];
  return [{ type: 'push', leadership, to: [leader, ...others] }];
}

/** From the last report of a suspected leader to the suspicion, ms; null: it is not suspected. */
function getDetectMs(leader: string | null, { replicas }: State): number | null {
  const detector = leader === null ? undefined : replicas[leader];
  return detector?.opinion === 'suspect' && detector.seenAt !== null
    ? Math.max(0, detector.since - detector.seenAt)
    : null;
}

function toLeadershipEvent(
  before: State,
  leadership: Leadership,
  mine: boolean,
  now: number,
): Effect {
  const { partition, term, leader, reason, electedAt } = leadership;
  if (!before.leadership)
    return {
      type: 'emit',
      event: { name: 'leadership:learnt', data: { partition, term, leader } },
    };
  const previous = before.leadership.leader;
  const startedAt = before.failoverTimer?.startedAt ?? null;
  const data = {
    partition,
    term,
    leader,
    previous,
    reason,
    mine,
    electedAt,
    kind: mine ? (before.failoverTimer?.kind ?? null) : null,
    voteMs: mine && startedAt !== null ? now - startedAt : null,
    detectMs: mine ? getDetectMs(previous, before) : null,
  };
  return { type: 'emit', event: { name: 'election:won', data } };
}

/**
 * The state under a new leadership. Discards the trouble of the old leader and the opinion of an
 * earlier life of the new leader.
 */
function withLeadership(state: State, leadership: Leadership, mine: boolean, now: number): State {
  const { leader } = leadership;
  const detector = leader === null ? undefined : state.replicas[leader];
  const followed = detector && trust(forgetEarlierLife(detector, leadership), now);
  const replicas =
    leader !== null && followed ? { ...state.replicas, [leader]: followed } : state.replicas;
  const failoverTimer = {
    kind: mine ? (state.failoverTimer?.kind ?? null) : null,
    startedAt: state.failoverTimer?.startedAt ?? null,
    electedAt: now,
  };
  const wasElecting = state.phase.name === 'voting' || state.phase.name === 'no-candidate';
  return {
    ...state,
    replicas,
    leadership,
    adoptedAt: now,
    graceUntil: now + getGraceMs(state, now),
    unrest: wasElecting && state.leadership?.leader ? addElection(state.unrest, now) : state.unrest,
    leaderConfirmed: reportsLeading(detector?.report, leadership),
    trouble: null,
    failoverTimer: state.leadership && leader !== null ? failoverTimer : null,
    phase:
      state.leadership && leader !== null
        ? { name: 'promoting', pushedAt: now }
        : { name: 'observing' },
  };
}

/**
 * Adopts a leadership.
 * @param mine whether this monitor's own vote or move created it.
 */
export function adoptLeadership(
  state: State,
  leadership: Leadership,
  mine: boolean,
  now: number,
): Reaction {
  if (state.leadership && leadership.term <= state.leadership.term) return { state, effects: [] };
  const after = withLeadership(state, leadership, mine, now);
  const pushes = state.leadership ? toPushes(after, leadership, mine) : [];
  // The push is the first effect, because it is the most urgent.
  return {
    state: after,
    effects: [
      ...pushes,
      toLeadershipEvent(state, leadership, mine, now),
      ...(mine ? [] : answerOvertaken(state)),
    ],
  };
}

/** The replicas that led without progress. Empty as soon as a leader makes progress. */
function updateStalled(
  state: State,
  report: ReplicaReport,
  before: ReplicaReport | null,
): readonly string[] {
  if (before?.bootId === report.bootId && report.committed > before.committed)
    return state.stalled.length > 0 ? [] : state.stalled;
  return isStalled(report, state.settings) && !state.stalled.includes(report.id)
    ? [...state.stalled, report.id]
    : state.stalled;
}

/**
 * Applies the rest of a report: whether the leader took over, its trouble, and a term that this
 * monitor does not know yet.
 * @param before the previous report of the same replica.
 */
export function applyReport(
  state: State,
  report: ReplicaReport,
  before: ReplicaReport | null,
  now: number,
): Reaction {
  const { leadership } = state;
  if (!leadership) return { state, effects: [] };
  const ofLeader = leadership.leader === report.id && leadership.bootId === report.bootId;
  const leaderConfirmed = state.leaderConfirmed || (ofLeader && reportsLeading(report, leadership));
  const trouble = ofLeader ? getTrouble(state, report, now) : state.trouble;
  const stalled = ofLeader ? updateStalled(state, report, before) : state.stalled;
  const asBefore =
    leaderConfirmed === state.leaderConfirmed &&
    trouble === state.trouble &&
    stalled === state.stalled;
  const updated = asBefore ? state : { ...state, leaderConfirmed, trouble, stalled };
  const isNewer =
    report.term > leadership.term && !updated.reading && now - updated.readAt >= READ_PAUSE_MS;
  return isNewer ? requestRow(updated, now) : { state: updated, effects: [] };
}
