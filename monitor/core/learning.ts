/**
 * How a monitor learns of a new leader: from its own vote or move, or by reading the row after
 * another monitor's election. A lower term never replaces a known term: such an answer is outdated.
 */
import type { Leadership, ReplicaReport } from '../../shared/contracts/leadership.js';
import { trusted } from './failure-detector.js';
import { graceMs, oneMoreElection } from './grace.js';
import { forgetEarlierLife, isStalled, troubleOf } from './leader-check.js';
import type { Effect, Reaction, State } from './types.js';

/** Minimum time between two reads of the row that a report caused, in ms. */
export const READ_PAUSE_MS = 50;

/** Whether a report of the elected life states that it leads in this term. */
export const saysItLeads = (
  report: ReplicaReport | null | undefined,
  leadership: Leadership,
): boolean =>
  report?.role === 'leading' &&
  report.term === leadership.term &&
  report.bootId === leadership.bootId;

export function readRow(state: State, now: number): Reaction {
  return {
    state: { ...state, reading: true, readAt: now },
    effects: [{ type: 'read-leadership' }],
  };
}

/** Answers the caller of a hand-over when another election ends that hand-over. */
function overtaken(state: State): Effect[] {
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
 * others only notify the leader.
 */
function pushes(state: State, leadership: Leadership, mine: boolean): Effect[] {
  const { leader } = leadership;
  if (leader === null || (!mine && state.taken)) return [];
  const others = mine ? state.settings.replicas.filter((id) => id !== leader) : [];
  return [{ type: 'push', leadership, to: [leader, ...others] }];
}

function announce(before: State, leadership: Leadership, mine: boolean, now: number): Effect {
  const { partition, term, leader, reason, electedAt } = leadership;
  if (!before.leadership)
    return {
      type: 'emit',
      event: { name: 'leadership:learnt', data: { partition, term, leader } },
    };
  const previous = before.leadership.leader;
  const startedAt = before.course?.startedAt ?? null;
  const data = {
    partition,
    term,
    leader,
    previous,
    reason,
    mine,
    electedAt,
    kind: mine ? (before.course?.kind ?? null) : null,
    voteMs: mine && startedAt !== null ? now - startedAt : null,
  };
  return { type: 'emit', event: { name: 'election:won', data } };
}

/**
 * The state under a new leadership. Discards the trouble of the old leader and the opinion of an
 * earlier life of the new leader.
 */
function under(state: State, leadership: Leadership, mine: boolean, now: number): State {
  const { leader } = leadership;
  const detector = leader === null ? undefined : state.replicas[leader];
  const followed = detector && trusted(forgetEarlierLife(detector, leadership), now);
  const replicas =
    leader !== null && followed ? { ...state.replicas, [leader]: followed } : state.replicas;
  const course = {
    kind: mine ? (state.course?.kind ?? null) : null,
    startedAt: state.course?.startedAt ?? null,
    electedAt: now,
  };
  const wasElecting = state.phase.name === 'voting' || state.phase.name === 'no-candidate';
  return {
    ...state,
    replicas,
    leadership,
    learntAt: now,
    graceUntil: now + graceMs(state, now),
    unrest:
      wasElecting && state.leadership?.leader ? oneMoreElection(state.unrest, now) : state.unrest,
    taken: saysItLeads(detector?.report, leadership),
    trouble: null,
    course: state.leadership && leader !== null ? course : null,
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
export function learn(state: State, leadership: Leadership, mine: boolean, now: number): Reaction {
  if (state.leadership && leadership.term <= state.leadership.term) return { state, effects: [] };
  const after = under(state, leadership, mine, now);
  const told = state.leadership ? pushes(after, leadership, mine) : [];
  // The push is the first effect, because it is the most urgent.
  return {
    state: after,
    effects: [...told, announce(state, leadership, mine, now), ...(mine ? [] : overtaken(state))],
  };
}

/** The replicas that led without progress. Empty as soon as a leader makes progress. */
function stalledSince(
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
export function hearOut(
  state: State,
  report: ReplicaReport,
  before: ReplicaReport | null,
  now: number,
): Reaction {
  const { leadership } = state;
  if (!leadership) return { state, effects: [] };
  const ofLeader = leadership.leader === report.id && leadership.bootId === report.bootId;
  const taken = state.taken || (ofLeader && saysItLeads(report, leadership));
  const trouble = ofLeader ? troubleOf(state, report, now) : state.trouble;
  const stalled = ofLeader ? stalledSince(state, report, before) : state.stalled;
  const asBefore = taken === state.taken && trouble === state.trouble && stalled === state.stalled;
  const heard = asBefore ? state : { ...state, taken, trouble, stalled };
  const unheardOf =
    report.term > leadership.term && !heard.reading && now - heard.readAt >= READ_PAUSE_MS;
  return unheardOf ? readRow(heard, now) : { state: heard, effects: [] };
}
