/**
 * The planned hand-over: the leader finishes its payments in flight, then the term moves. There are
 * two stages: standing-down (wait for the leader, for a bounded time) and moving (compare-and-set
 * in the database). The monitor does not wait for a leader that dies or does not answer meanwhile:
 * the fence refuses its writes. A gray leader stands down the same way. Then the monitors vote,
 * because the opinion of one monitor is not enough.
 */
import type { ProblemCode } from '../../shared/errors.js';
import type { Leadership } from '../../shared/contracts/leadership.js';
import { choose, named } from './election.js';
import { grayVerdict } from './leader-check.js';
import { learn, readRow } from './learning.js';
import { isDoubting } from './self-doubt.js';
import type {
  Candidate,
  Effect,
  HandoverOutcome,
  HandoverRequest,
  Moment,
  Phase,
  Reaction,
  State,
} from './types.js';

type HandingOver = Extract<Phase, { name: 'handing-over' }>;

/** Time before the monitor retries a hand-over of its own that is not gray, in ms. */
const RETRY_MS = 1_000;

const still = (state: State): Reaction => ({ state, effects: [] });

const answer = (request: HandoverRequest, outcome: HandoverOutcome): Effect[] =>
  request.id === null ? [] : [{ type: 'answer', id: request.id, outcome }];

const refusal = (code: ProblemCode, detail: string): HandoverOutcome => ({
  ok: false,
  code,
  detail,
});

const candidateFor = (state: State, request: HandoverRequest, random: number): Candidate | null =>
  request.to === null ? choose(state, random) : named(state, request.to);

/** The refusal when no replica may take over. */
const refuseWithoutCandidate = (request: HandoverRequest): HandoverOutcome =>
  refusal(
    'NO_CANDIDATE',
    request.to === null
      ? 'No other replica is up and ready to lead'
      : `${request.to} is not up and ready to lead`,
  );

/** Why a hand-over cannot begin; null when it can. */
export function objection(
  state: State,
  request: HandoverRequest,
  { now, random }: Moment,
): HandoverOutcome | null {
  const { leadership, phase } = state;
  if (request.to !== null && !state.settings.replicas.includes(request.to)) {
    return refusal('REPLICA_NOT_FOUND', `There is no replica ${request.to}`);
  }
  if (!leadership || state.databaseUp === false)
    return refusal('UNAVAILABLE', 'This monitor does not reach the database');
  if (isDoubting(state.doubt, now))
    return refusal(
      'UNAVAILABLE',
      'This monitor was late or its clock jumped; it does not act for a short time',
    );
  if (phase.name === 'handing-over')
    return refusal('HANDOVER_LOST', 'Another hand-over is under way');
  if (phase.name === 'voting') return refusal('HANDOVER_LOST', 'An election is under way');
  if (leadership.leader === null || candidateFor(state, request, random) === null)
    return refuseWithoutCandidate(request);
  return null;
}

/** Begins a hand-over. The candidate receives no call until the leader has finished. */
export function beginHandover(state: State, request: HandoverRequest, now: number): Reaction {
  const { leadership, settings } = state;
  if (!leadership?.leader) return still(state);
  const { term, leader } = leadership;
  const phase: Phase = {
    name: 'handing-over',
    term,
    stage: 'standing-down',
    request,
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
      course: { kind: request.kind, startedAt: now, electedAt: null },
    },
    effects: [{ type: 'stand-down', replica: leader, term, timeoutMs }],
  };
}

/**
 * An operator requests a hand-over. A request that names the current leader moves nothing and is
 * not an error.
 */
export function handoverRequested(
  state: State,
  request: HandoverRequest,
  moment: Moment,
): Reaction {
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
  const no = objection(state, request, moment);
  return no ? { state, effects: answer(request, no) } : beginHandover(state, request, moment.now);
}

/**
 * Ends a hand-over without a change of leadership, and pushes the leadership to the leader so that
 * it continues.
 */
function abandon(state: State, phase: HandingOver, outcome: HandoverOutcome): Reaction {
  const { leadership } = state;
  const goOn: Effect[] = leadership?.leader
    ? [{ type: 'push', leadership, to: [leadership.leader] }]
    : [];
  return {
    state: { ...state, phase: { name: 'watching' }, course: null },
    effects: [...goOn, ...answer(phase.request, outcome)],
  };
}

function move(
  state: State,
  phase: HandingOver,
  drained: boolean,
  { now, random }: Moment,
): Reaction {
  const candidate = candidateFor(state, phase.request, random);
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
  const verdict = grayVerdict(state, now);
  if (!verdict) return abandon(state, phase, refusal('NO_CANDIDATE', 'The leader recovered'));
  const ballot = { castAt: null, pending: false, votes: null };
  return still({ ...state, phase: { name: 'voting', term: phase.term, verdict, ballot } });
}

/**
 * The leader has finished, timed out or did not answer. A monitor that doubts itself moves nothing:
 * it ends the hand-over instead.
 */
export function stoodDown(state: State, term: number, drained: boolean, moment: Moment): Reaction {
  const { phase } = state;
  if (isDoubting(state.doubt, moment.now)) return still(state);
  if (phase.name !== 'handing-over' || phase.stage !== 'standing-down' || phase.term !== term)
    return still(state);
  return phase.request.kind === 'gray'
    ? voteOnGray(state, phase, moment.now)
    : move(state, phase, drained, moment);
}

const isMoving = (phase: Phase, term: number): phase is HandingOver =>
  phase.name === 'handing-over' && phase.stage === 'moving' && phase.term === term;

/** @param leadership null: the term had already moved, or the candidate is no longer ready. */
export function moveAnswered(
  state: State,
  term: number,
  leadership: Leadership | null,
  now: number,
): Reaction {
  const { phase } = state;
  if (leadership) {
    const learnt = learn(state, leadership, true, now);
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
  if (!isMoving(phase, term)) return still(state);
  const lost = abandon(
    state,
    phase,
    refusal(
      'HANDOVER_LOST',
      'The leadership moved, or the candidate was taken out of service meanwhile',
    ),
  );
  const read = readRow(lost.state, now);
  return { state: read.state, effects: [...lost.effects, ...read.effects] };
}

/** The database did not answer, so the result is unknown. The monitor reads the row to find out. */
export function moveFailed(state: State, term: number, now: number): Reaction {
  const { phase } = state;
  if (!isMoving(phase, term)) return still(state);
  const lost = abandon(
    state,
    phase,
    refusal('UNAVAILABLE', 'The database did not answer; ask for the status to see who leads'),
  );
  const read = readRow(lost.state, now);
  return { state: read.state, effects: [...lost.effects, ...read.effects] };
}

/** Notifies the caller that waits for the hand-over, because this monitor must not act any more. */
export function giveUp(state: State, detail: string): Effect[] {
  return state.phase.name === 'handing-over'
    ? answer(state.phase.request, refusal('HANDOVER_LOST', detail))
    : [];
}
