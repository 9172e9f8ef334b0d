/**
 * The failover machine of one partition: step(state, input) → { state, effects, decision }. Pure;
 * time and chance come with the input. Every input first updates the state (apply-input.ts). Then
 * the machine derives the phase from the whole state. So the order of inputs does not matter, and
 * the next input corrects the effect of a lost one.
 *
 * - observing: the row was not read yet, or there is neither leader nor candidate.
 *   a leader is read → watching; a candidate → voting
 * - watching: the leader is healthy. its stream closes → confirming; a verdict → voting; an
 *   operator, a drain or a gray failure → handing-over
 * - confirming: the leader's stream closed; a ping is under way.
 *   answered → watching; refused → voting
 * - voting: there is a verdict against the leader and a candidate; votes again every
 *   VOTE_INTERVAL_MS. elected, here or elsewhere → promoting; the leader recovers → watching; no
 *   candidate → no-candidate
 * - no-candidate: there is a verdict and no candidate; with several monitors it continues to vote,
 *   without a candidate. a candidate → voting; the leader recovers → watching
 * - promoting: a new leader was elected and receives pushes. it reports that it leads → watching;
 *   a verdict → voting
 * - handing-over: the leader was asked to stand down, then the term moves.
 *   moved → promoting; refused or lost → watching; gray → voting
 * - doubting: this monitor was late or its clock jumped: it observes. DOUBT_FOR_MS later → the
 *   phase that the state implies
 *
 * Does not guarantee that a deposed leader is really dead. The leadership row and the fence in
 * every commit make a mistake harmless.
 */
import { applyInput } from './apply-input.js';
import { describeDecision } from './decision.js';
import { chooseCandidate, chooseReportingCandidate, getSilentWithoutStream } from './election.js';
import { onPingSent, UNSEEN } from './failure-detector.js';
import { NO_UNREST } from './grace.js';
import { beginHandover, giveUp, onStoodDown } from './handover.js';
import { assertInvariants } from './invariants.js';
import { getGrayVerdict, getLeaderDetector, noteBetter, judgeLeader } from './leader-check.js';
import { isUnhealthy, noteLateness, HEALTHY } from './local-health.js';
import type { Input, Now } from './inputs.js';
import { unchanged, type Candidate, type Effect, type Reaction, type Step } from './effects.js';
import type { Ballot, Detector, Phase, Settings, State, Verdict } from './types.js';

const EMPTY: Ballot = { castAt: null, pending: false, votes: null };

/** A monitor that knows nothing yet. */
export function initialState(settings: Settings): State {
  return {
    settings,
    phase: { name: 'observing' },
    health: HEALTHY,
    replicas: Object.fromEntries(settings.replicas.map((id) => [id, UNSEEN])),
    admin: {},
    leadership: null,
    adoptedAt: 0,
    graceUntil: 0,
    unrest: NO_UNREST,
    leaderConfirmed: false,
    trouble: null,
    betterSince: null,
    stalled: [],
    restUntil: 0,
    databaseUp: null,
    reading: false,
    readAt: -Infinity,
    refreshedAt: null,
    failoverTimer: null,
  };
}

/** The phase of an election. The ballot of this term continues when the candidate changes. */
function toElectionPhase(
  state: State,
  verdict: Verdict,
  term: number,
  candidate: Candidate | null,
): Extract<Phase, { ballot: Ballot }> {
  const { phase } = state;
  const goesOn = (phase.name === 'voting' || phase.name === 'no-candidate') && phase.term === term;
  return {
    name: candidate ? 'voting' : 'no-candidate',
    term,
    verdict,
    ballot: goesOn ? phase.ballot : EMPTY,
  };
}

/** Emits the loss of the leadership once, and starts to time this failover. */
function startFailover(state: State, verdict: Verdict, now: number): Reaction {
  const { phase, leadership } = state;
  if (phase.name === 'voting' || phase.name === 'no-candidate') return unchanged(state);
  const begun = {
    ...state,
    failoverTimer: { kind: verdict.kind, startedAt: now, electedAt: null },
  };
  if (!leadership?.leader) return unchanged(begun);
  const { partition, term, leader } = leadership;
  const data = { partition, term, leader, kind: verdict.kind, reason: verdict.reason };
  return { state: begun, effects: [{ type: 'emit', event: { name: 'leadership:lost', data } }] };
}

/**
 * Votes at once, then repeatedly while the verdict holds. A vote without a candidate only supports
 * the candidates of other monitors.
 */
function castVote(state: State, candidate: Candidate | null, now: number): Reaction {
  const { phase, settings } = state;
  if (phase.name !== 'voting' && phase.name !== 'no-candidate') return unchanged(state);
  const { ballot, verdict, term } = phase;
  const due =
    !ballot.pending && (ballot.castAt === null || now - ballot.castAt >= settings.voteIntervalMs);
  if (!due || (candidate === null && settings.monitors.length === 1)) return unchanged(state);
  const suspectedMsAgo = verdict.since === null ? null : now - verdict.since;
  return {
    state: { ...state, phase: { ...phase, ballot: { ...ballot, castAt: now, pending: true } } },
    effects: [
      { type: 'vote', term, candidate, kind: verdict.kind, reason: verdict.reason, suspectedMsAgo },
    ],
  };
}

/**
 * Without a candidate: pings the eligible replicas that have no stream. Each answer is an input
 * that tries the election again.
 */
function pingSilent(state: State, now: number): Reaction {
  const ids = getSilentWithoutStream(state, now);
  if (ids.length === 0) return unchanged(state);
  const sent = Object.fromEntries(
    ids.map((id) => [id, onPingSent(state.replicas[id] as Detector, now)]),
  );
  const effects = ids.map((replica): Effect => ({ type: 'ping', replica, onNewConnection: true }));
  return { state: { ...state, replicas: { ...state.replicas, ...sent } }, effects };
}

function elect(state: State, verdict: Verdict, at: Now): Reaction {
  const { now } = at;
  const term = state.leadership?.term ?? 0;
  const candidate = chooseReportingCandidate(state, at);
  if (verdict.kind === 'first' && candidate === null)
    return unchanged({ ...state, phase: { name: 'observing' }, failoverTimer: null });
  const begun = startFailover(state, verdict, now);
  const voting = castVote(
    { ...begun.state, phase: toElectionPhase(state, verdict, term, candidate) },
    candidate,
    now,
  );
  const asked = candidate === null ? pingSilent(voting.state, now) : unchanged(voting.state);
  // The vote is the first effect, because it is the most urgent.
  return { state: asked.state, effects: [...voting.effects, ...asked.effects, ...begun.effects] };
}

/** Completes the failover when the new leader reports that it leads. */
function completeFailover(state: State, now: number): Reaction {
  const { failoverTimer, leadership } = state;
  if (
    !state.leaderConfirmed ||
    !failoverTimer ||
    failoverTimer.electedAt === null ||
    !leadership?.leader
  )
    return unchanged(state);
  const { partition, term, leader } = leadership;
  const totalMs = failoverTimer.startedAt === null ? null : now - failoverTimer.startedAt;
  const data = {
    partition,
    term,
    leader,
    kind: failoverTimer.kind,
    promoteMs: now - failoverTimer.electedAt,
    totalMs,
  };
  return {
    state: { ...state, failoverTimer: null },
    effects: [{ type: 'emit', event: { name: 'failover:completed', data } }],
  };
}

/**
 * Begins a hand-over of the monitor's own: the leader is drained, or gray while another replica is
 * better.
 */
function beginOwnHandover(state: State, at: Now): Reaction | null {
  const { now, random } = at;
  const leader = state.leadership?.leader;
  if (!leader || now < state.restUntil || state.databaseUp === false) return null;
  const gray = getGrayVerdict(state, now);
  if (gray)
    return beginHandover(state, { id: null, to: null, kind: 'gray', reason: gray.reason }, at);
  const admin = state.admin[leader] ?? 'ready';
  if (admin === 'ready' || chooseCandidate(state, random) === null) return null;
  return beginHandover(
    state,
    { id: null, to: null, kind: 'planned', reason: `${leader} is in ${admin}` },
    at,
  );
}

/** Repeats the push until the leader reports that it leads, because a push may be lost. */
function promote(state: State, now: number): Reaction {
  const { phase, leadership, settings } = state;
  const pushedAt = phase.name === 'promoting' ? phase.pushedAt : -Infinity;
  if (!leadership?.leader || now - pushedAt < settings.pushIntervalMs) return unchanged(state);
  const effect: Effect = { type: 'push', leadership, to: [leadership.leader] };
  return { state: { ...state, phase: { name: 'promoting', pushedAt: now } }, effects: [effect] };
}

/** Handles an input while there is no verdict against the leader. */
function watchLeader(state: State, at: Now): Reaction {
  const { state: completed, effects } = completeFailover(state, at.now);
  const wanted = beginOwnHandover(completed, at);
  if (wanted) return { state: wanted.state, effects: [...effects, ...wanted.effects] };
  if ((getLeaderDetector(completed)?.confirmingSince ?? null) !== null)
    return { state: { ...completed, phase: { name: 'confirming' } }, effects };
  const promoting = completed.failoverTimer !== null && completed.failoverTimer.electedAt !== null;
  if (promoting) return promote(completed, at.now);
  const asBefore = completed.phase.name === 'watching' && completed.failoverTimer === null;
  return {
    state: asBefore
      ? completed
      : { ...completed, phase: { name: 'watching' }, failoverTimer: null },
    effects,
  };
}

/** Waits for the answers of a hand-over, unless there is a verdict against the leader. */
function awaitHandover(state: State, at: Now): Reaction {
  const { phase } = state;
  const verdict = judgeLeader(state);
  if (phase.name !== 'handing-over' || verdict === null) return unchanged(state);
  return phase.request.kind === 'gray'
    ? elect(state, verdict, at)
    : onStoodDown(state, phase.term, false, at);
}

/** Derives the phase from the state. */
function react(state: State, at: Now): Reaction {
  const { phase } = state;
  if (isUnhealthy(state.health, at.now)) {
    const refusals = giveUp(state, 'The clock of this monitor jumped');
    return { state: { ...state, phase: { name: 'doubting' } }, effects: refusals };
  }
  if (phase.name === 'handing-over') return awaitHandover(state, at);
  if (!state.leadership) return unchanged({ ...state, phase: { name: 'observing' } });
  const grayGoesOn = phase.name === 'voting' && phase.verdict.kind === 'gray';
  const verdict = judgeLeader(state) ?? (grayGoesOn ? getGrayVerdict(state, at.now) : null);
  return verdict ? elect(state, verdict, at) : watchLeader(state, at);
}

/**
 * One step of the machine.
 * @throws Error when an invariant is broken. The cause is then a bug in the core, not the input.
 */
export function step(state: State, input: Input): Step {
  const health = noteLateness(state.health, state.settings, input.now);
  const seen = applyInput(health === state.health ? state : { ...state, health }, input);
  const reaction = react(noteBetter(seen.state, input.now), input);
  assertInvariants(reaction.state, state, input.now);
  return {
    state: reaction.state,
    effects: [...seen.effects, ...reaction.effects],
    decision: describeDecision(reaction.state),
  };
}
