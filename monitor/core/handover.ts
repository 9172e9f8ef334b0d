/**
 * The planned hand-over: the leader finishes its payments in flight, then the term moves. There are
 * two stages: standing-down (wait for the leader, for a bounded time) and moving (compare-and-set
 * in the database). The monitor does not wait for a leader that dies or does not answer meanwhile:
 * the fence refuses its writes. A gray leader stands down the same way. Then the monitors vote,
 * because the opinion of one monitor is not enough.
 */
import type { ProblemCode } from '../../shared/errors.js';
import type { Leadership } from '../../shared/contracts/leadership.js';
import { chooseCandidate, getCandidates, getNamedCandidate } from './election.js';
import { getGrayVerdict } from './leader-check.js';
import { adoptLeadership, requestRow } from './adopt-leadership.js';
import { isUnhealthy } from './local-health.js';
import type { Now } from './inputs.js';
import {
  unchanged,
  type Candidate,
  type Effect,
  type HandoverOutcome,
  type Reaction,
} from './effects.js';
import type { HandoverRequest, Phase, State } from './types.js';

type HandingOver = Extract<Phase, { name: 'handing-over' }>;

/** Time before the monitor retries a hand-over of its own that is not gray, in ms. */
const RETRY_MS = 1_000;

const answer = (request: HandoverRequest, outcome: HandoverOutcome): Effect[] =>
  request.id === null ? [] : [{ type: 'answer', id: request.id, outcome }];

const toRefusal = (code: ProblemCode, detail: string): HandoverOutcome => ({
  ok: false,
  code,
  detail,
});

const getCandidate = (state: State, request: HandoverRequest, random: number): Candidate | null =>
  request.to === null ? chooseCandidate(state, random) : getNamedCandidate(state, request.to);

/** The refusal when no replica may take over. */
const refuseWithoutCandidate = (request: HandoverRequest): HandoverOutcome =>
  toRefusal(
    'NO_CANDIDATE',
    request.to === null
      ? 'No other replica is up and ready to lead'
      : `${request.to} is not up and ready to lead`,
  );

/** Why a hand-over cannot begin; null when it can. */
export function findObjection(
  state: State,
  request: HandoverRequest,
  { now, random }: Now,
): HandoverOutcome | null {
  const { leadership, phase } = state;
  if (request.to !== null && !state.settings.replicas.includes(request.to)) {
    return toRefusal('REPLICA_NOT_FOUND', `There is no replica ${request.to}`);
  }
  if (!leadership || state.databaseUp === false)
    return toRefusal('UNAVAILABLE', 'This monitor does not reach the database');
  if (isUnhealthy(state.health, now))
    return toRefusal(
      'UNAVAILABLE',
      'This monitor was late or its clock jumped; it does not act for a short time',
    );
  if (phase.name === 'handing-over')
    return toRefusal('HANDOVER_LOST', 'Another hand-over is under way');
  if (phase.name === 'voting') return toRefusal('HANDOVER_LOST', 'An election is under way');
  if (leadership.leader === null || getCandidate(state, request, random) === null)
    return refuseWithoutCandidate(request);
  return null;
}

/**
 * Begins a hand-over. The successor of a planned one charges waiting payments while the leader
 * finishes. After a gray leader the monitors vote, so that the successor is not known yet.
 */
export function beginHandover(
  state: State,
  request: HandoverRequest,
  { now, random }: Now,
): Reaction {
  const { leadership, settings } = state;
  if (!leadership?.leader) return unchanged(state);
  const { term, leader } = leadership;
  const successor =
    request.kind === 'planned' ? (getCandidate(state, request, random)?.id ?? null) : null;
  const phase: Phase = {
    name: 'handing-over',
    term,
    stage: 'standing-down',
    request,
    successor,
    drained: false,
    startedAt: now,
  };
  const timeoutMs = request.kind === 'gray' ? settings.grayDrainMs : settings.handoverDrainMs;
  const restMs = request.kind === 'gray' ? settings.grayRestMs : RETRY_MS;
  return {
    state: {
      ...state,
      phase,
      restUntil: now + restMs,
      failoverTimer: { kind: request.kind, startedAt: now, electedAt: null },
    },
    effects: [{ type: 'stand-down', replica: leader, term, timeoutMs, successor }],
  };
}

/**
 * An operator requests a hand-over. A request that names the current leader moves nothing and is
 * not an error.
 */
export function onHandoverRequested(state: State, request: HandoverRequest, at: Now): Reaction {
  const { leadership } = state;
  if (leadership && leadership.leader !== null && request.to === leadership.leader) {
    const outcome = {
      ok: true,
      moved: false,
      leadership,
      previous: leadership.leader,
      drained: false,
      tookMs: 0,
    } as const;
    return { state, effects: answer(request, outcome) };
  }
  const no = findObjection(state, request, at);
  return no ? { state, effects: answer(request, no) } : beginHandover(state, request, at);
}

/**
 * Ends a hand-over without a change of leadership, and pushes the leadership to the leader so that
 * it continues, and to the successor so that it charges nothing more.
 */
function abandon(state: State, phase: HandingOver, outcome: HandoverOutcome): Reaction {
  const { leadership } = state;
  const to = [leadership?.leader, phase.successor].filter((id) => typeof id === 'string');
  const goOn: Effect[] = leadership?.leader ? [{ type: 'push', leadership, to }] : [];
  return {
    state: { ...state, phase: { name: 'watching' }, failoverTimer: null },
    effects: [...goOn, ...answer(phase.request, outcome)],
  };
}

/** The prepared successor while it is a candidate as good as any. */
function chooseSuccessor(
  state: State,
  { request, successor }: HandingOver,
  random: number,
): Candidate | null {
  const prepared = getCandidates(state).find(({ id }) => id === successor);
  return prepared ? getNamedCandidate(state, prepared.id) : getCandidate(state, request, random);
}

function move(state: State, phase: HandingOver, drained: boolean, { now, random }: Now): Reaction {
  const candidate = chooseSuccessor(state, phase, random);
  if (candidate === null) return abandon(state, phase, refuseWithoutCandidate(phase.request));
  const { term, request, startedAt } = phase;
  const effect: Effect = {
    type: 'move',
    term,
    candidate,
    kind: 'planned',
    reason: request.reason,
    suspectedMsAgo: now - startedAt,
  };
  return { state: { ...state, phase: { ...phase, stage: 'moving', drained } }, effects: [effect] };
}

/**
 * After the drain of a gray leader the monitors vote. Without a gray verdict any more there is no
 * vote.
 */
function voteOnGray(state: State, phase: HandingOver, now: number): Reaction {
  const verdict = getGrayVerdict(state, now);
  if (!verdict) return abandon(state, phase, toRefusal('NO_CANDIDATE', 'The leader recovered'));
  const ballot = { castAt: null, pending: false, votes: null };
  return unchanged({ ...state, phase: { name: 'voting', term: phase.term, verdict, ballot } });
}

/**
 * The leader has finished, timed out or did not answer. A monitor that was late moves nothing:
 * it ends the hand-over instead.
 */
export function onStoodDown(state: State, term: number, drained: boolean, at: Now): Reaction {
  const { phase } = state;
  if (isUnhealthy(state.health, at.now)) return unchanged(state);
  if (phase.name !== 'handing-over' || phase.stage !== 'standing-down' || phase.term !== term)
    return unchanged(state);
  return phase.request.kind === 'gray'
    ? voteOnGray(state, phase, at.now)
    : move(state, phase, drained, at);
}

const isMoving = (phase: Phase, term: number): phase is HandingOver =>
  phase.name === 'handing-over' && phase.stage === 'moving' && phase.term === term;

/** @param leadership null: the term had already moved, or the candidate is no longer ready. */
export function onMoveAnswered(
  state: State,
  term: number,
  leadership: Leadership | null,
  now: number,
): Reaction {
  const { phase } = state;
  if (leadership) {
    const learnt = adoptLeadership(state, leadership, true, now);
    if (!isMoving(phase, term)) return learnt;
    const previous = state.leadership?.leader ?? null;
    const outcome = {
      ok: true,
      moved: true,
      leadership,
      previous,
      drained: phase.drained,
      tookMs: now - phase.startedAt,
    } as const;
    return { ...learnt, effects: [...learnt.effects, ...answer(phase.request, outcome)] };
  }
  if (!isMoving(phase, term)) return unchanged(state);
  const lost = abandon(
    state,
    phase,
    toRefusal(
      'HANDOVER_LOST',
      'The leadership moved, or the candidate was taken out of service meanwhile',
    ),
  );
  const read = requestRow(lost.state, now);
  return { state: read.state, effects: [...lost.effects, ...read.effects] };
}

/** The database did not answer, so the result is unknown. The monitor reads the row to find out. */
export function onMoveFailed(state: State, term: number, now: number): Reaction {
  const { phase } = state;
  if (!isMoving(phase, term)) return unchanged(state);
  const lost = abandon(
    state,
    phase,
    toRefusal('UNAVAILABLE', 'The database did not answer; ask for the status to see who leads'),
  );
  const read = requestRow(lost.state, now);
  return { state: read.state, effects: [...lost.effects, ...read.effects] };
}

/** Notifies the caller that waits for the hand-over, because this monitor must not act any more. */
export function giveUp(state: State, detail: string): Effect[] {
  return state.phase.name === 'handing-over'
    ? answer(state.phase.request, toRefusal('HANDOVER_LOST', detail))
    : [];
}
