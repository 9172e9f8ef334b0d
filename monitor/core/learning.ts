/**
 * How a monitor comes to know who leads: from its own vote or move, or by reading the row after another monitor's election.
 * A known term is never replaced by a lower one: an answer that was under way when a newer came is simply old.
 */
import type { Leadership, ReplicaReport } from '../../shared/contracts/leadership.js';
import { trusted } from './failure-detector.js';
import { graceMs, oneMoreElection } from './grace.js';
import { forgetEarlierLife, isStalled, troubleOf } from './leader-check.js';
import type { Effect, Reaction, State } from './types.js';

/** Shortest time between two readings of the row that a report provoked, in ms. */
export const READ_PAUSE_MS = 50;

/** Whether a report says "I lead in this term", from the life that was elected. */
export const saysItLeads = (report: ReplicaReport | null | undefined, leadership: Leadership): boolean =>
  report?.role === 'leading' && report.term === leadership.term && report.bootId === leadership.bootId;

export function readRow(state: State, now: number): Reaction {
  return { state: { ...state, reading: true, readAt: now }, effects: [{ type: 'read-leadership' }] };
}

/** A hand-over that somebody waits for, overtaken by another election. */
function overtaken(state: State): Effect[] {
  if (state.phase.name !== 'handing-over' || state.phase.request.id === null) return [];
  const detail = `An election ended this hand-over; the term is not ${state.phase.term} any more`;
  return [{ type: 'answer', id: state.phase.request.id, outcome: { ok: false, code: 'HANDOVER_LOST', detail } }];
}

/** The winner tells everybody, the new leader first; the others make sure that the leader knows. */
function pushes(state: State, leadership: Leadership, mine: boolean): Effect[] {
  const { leader } = leadership;
  if (leader === null || (!mine && state.taken)) return [];
  const others = mine ? state.settings.replicas.filter((id) => id !== leader) : [];
  return [{ type: 'push', leadership, to: [leader, ...others] }];
}

function announce(before: State, leadership: Leadership, mine: boolean, now: number): Effect {
  const { partition, term, leader, reason, electedAt } = leadership;
  if (!before.leadership) return { type: 'emit', event: { name: 'leadership:learnt', data: { partition, term, leader } } };
  const previous = before.leadership.leader;
  const startedAt = before.course?.startedAt ?? null;
  const data = {
    partition, term, leader, previous, reason, mine, electedAt,
    kind: mine ? (before.course?.kind ?? null) : null,
    voteMs: mine && startedAt !== null ? now - startedAt : null,
  };
  return { type: 'emit', event: { name: 'election:won', data } };
}

/** The picture under a new leadership: what was known about the old leader's trouble, or of another life of the new one, is void. */
function under(state: State, leadership: Leadership, mine: boolean, now: number): State {
  const { leader } = leadership;
  const detector = leader === null ? undefined : state.replicas[leader];
  const followed = detector && trusted(forgetEarlierLife(detector, leadership), now);
  const replicas = leader !== null && followed ? { ...state.replicas, [leader]: followed } : state.replicas;
  const course = { kind: mine ? (state.course?.kind ?? null) : null, startedAt: state.course?.startedAt ?? null, electedAt: now };
  const wasElecting = state.phase.name === 'voting' || state.phase.name === 'no-candidate';
  return {
    ...state,
    replicas,
    leadership,
    learntAt: now,
    graceUntil: now + graceMs(state, now),
    unrest: wasElecting && state.leadership?.leader ? oneMoreElection(state.unrest, now) : state.unrest,
    taken: saysItLeads(detector?.report, leadership),
    trouble: null,
    course: state.leadership && leader !== null ? course : null,
    phase: state.leadership && leader !== null ? { name: 'promoting', pushedAt: now } : { name: 'observing' },
  };
}

/**
 * Takes a leadership in.
 * @param mine whether this monitor's own vote or move made it.
 */
export function learn(state: State, leadership: Leadership, mine: boolean, now: number): Reaction {
  if (state.leadership && leadership.term <= state.leadership.term) return { state, effects: [] };
  const after = under(state, leadership, mine, now);
  const told = state.leadership ? pushes(after, leadership, mine) : [];
  // The push comes first: everything else can wait for it.
  return { state: after, effects: [...told, announce(state, leadership, mine, now), ...(mine ? [] : overtaken(state))] };
}

/** Which replicas led in vain: none of them, as soon as a leader makes progress. */
function stalledSince(state: State, report: ReplicaReport, before: ReplicaReport | null): readonly string[] {
  if (before?.bootId === report.bootId && report.committed > before.committed) return state.stalled.length > 0 ? [] : state.stalled;
  return isStalled(report, state.settings) && !state.stalled.includes(report.id) ? [...state.stalled, report.id] : state.stalled;
}

/**
 * What a report says beyond "alive": whether the leader took over, what troubles it, and terms not known here yet.
 * @param before its report before that one.
 */
export function hearOut(state: State, report: ReplicaReport, before: ReplicaReport | null, now: number): Reaction {
  const { leadership } = state;
  if (!leadership) return { state, effects: [] };
  const ofLeader = leadership.leader === report.id && leadership.bootId === report.bootId;
  const taken = state.taken || (ofLeader && saysItLeads(report, leadership));
  const trouble = ofLeader ? troubleOf(state, report, now) : state.trouble;
  const stalled = ofLeader ? stalledSince(state, report, before) : state.stalled;
  const asBefore = taken === state.taken && trouble === state.trouble && stalled === state.stalled;
  const heard = asBefore ? state : { ...state, taken, trouble, stalled };
  const unheardOf = report.term > leadership.term && !heard.reading && now - heard.readAt >= READ_PAUSE_MS;
  return unheardOf ? readRow(heard, now) : { state: heard, effects: [] };
}
