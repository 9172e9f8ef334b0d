/**
 * The failover machine of one partition: step(state, input) → { state, effects, decision }. Pure;
 * time and chance come with the input. Every input first updates the state (absorb.ts). Then the
 * machine derives the phase from the whole state. So the order of inputs does not matter, and the
 * next input corrects the effect of a lost one.
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
import { absorb } from './absorb.js';
import { decisionOf } from './decision.js';
import { choose, chooseHeard, unheardWithoutStream } from './election.js';
import { pingSent, UNSEEN } from './failure-detector.js';
import { NO_UNREST } from './grace.js';
import { beginHandover, giveUp, stoodDown } from './handover.js';
import { assertInvariants } from './invariants.js';
import { grayVerdict, leaderDetector, noticeBetter, verdictOnLeader } from './leader-check.js';
import { isDoubting, noticeLateness, NO_DOUBT } from './self-doubt.js';
import type {
  Ballot,
  Candidate,
  Detector,
  Effect,
  Input,
  Moment,
  Phase,
  Reaction,
  Settings,
  State,
  Step,
  Verdict,
} from './types.js';

const EMPTY: Ballot = { castAt: null, pending: false, votes: null };
const still = (state: State): Reaction => ({ state, effects: [] });

/** A monitor that knows nothing yet. */
export function initialState(settings: Settings): State {
  return {
    settings,
    phase: { name: 'observing' },
    doubt: NO_DOUBT,
    replicas: Object.fromEntries(settings.replicas.map((id) => [id, UNSEEN])),
    admin: {},
    leadership: null,
    learntAt: 0,
    graceUntil: 0,
    unrest: NO_UNREST,
    taken: false,
    trouble: null,
    betterSince: null,
    stalled: [],
    restUntil: 0,
    databaseUp: null,
    reading: false,
    readAt: -Infinity,
    refreshedAt: null,
    course: null,
  };
}

/** The phase of an election. The ballot of this term continues when the candidate changes. */
function electing(
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
function beginCourse(state: State, verdict: Verdict, now: number): Reaction {
  const { phase, leadership } = state;
  if (phase.name === 'voting' || phase.name === 'no-candidate') return still(state);
  const begun = { ...state, course: { kind: verdict.kind, startedAt: now, electedAt: null } };
  if (!leadership?.leader) return still(begun);
  const { partition, term, leader } = leadership;
  const data = { partition, term, leader, kind: verdict.kind, reason: verdict.reason };
  return { state: begun, effects: [{ type: 'emit', event: { name: 'leadership:lost', data } }] };
}

/**
 * Votes at once, then repeatedly while the verdict holds. A vote without a candidate only supports
 * the candidates of other monitors.
 */
function cast(state: State, candidate: Candidate | null, now: number): Reaction {
  const { phase, settings } = state;
  if (phase.name !== 'voting' && phase.name !== 'no-candidate') return still(state);
  const { ballot, verdict, term } = phase;
  const due =
    !ballot.pending && (ballot.castAt === null || now - ballot.castAt >= settings.voteIntervalMs);
  if (!due || (candidate === null && settings.monitors.length === 1)) return still(state);
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
function pingUnheard(state: State, now: number): Reaction {
  const ids = unheardWithoutStream(state, now);
  if (ids.length === 0) return still(state);
  const sent = Object.fromEntries(
    ids.map((id) => [id, pingSent(state.replicas[id] as Detector, now)]),
  );
  const effects = ids.map((replica): Effect => ({ type: 'ping', replica, fresh: true }));
  return { state: { ...state, replicas: { ...state.replicas, ...sent } }, effects };
}

function elect(state: State, verdict: Verdict, moment: Moment): Reaction {
  const { now } = moment;
  const term = state.leadership?.term ?? 0;
  const candidate = chooseHeard(state, moment);
  if (verdict.kind === 'first' && candidate === null)
    return still({ ...state, phase: { name: 'observing' }, course: null });
  const begun = beginCourse(state, verdict, now);
  const voting = cast(
    { ...begun.state, phase: electing(state, verdict, term, candidate) },
    candidate,
    now,
  );
  const asked = candidate === null ? pingUnheard(voting.state, now) : still(voting.state);
  // The vote is the first effect, because it is the most urgent.
  return { state: asked.state, effects: [...voting.effects, ...asked.effects, ...begun.effects] };
}

/** Completes the failover when the new leader reports that it leads. */
function complete(state: State, now: number): Reaction {
  const { course, leadership } = state;
  if (!state.taken || !course || course.electedAt === null || !leadership?.leader)
    return still(state);
  const { partition, term, leader } = leadership;
  const totalMs = course.startedAt === null ? null : now - course.startedAt;
  const data = {
    partition,
    term,
    leader,
    kind: course.kind,
    promoteMs: now - course.electedAt,
    totalMs,
  };
  return {
    state: { ...state, course: null },
    effects: [{ type: 'emit', event: { name: 'failover:completed', data } }],
  };
}

/**
 * Begins a hand-over of the monitor's own: the leader is drained, or gray while another replica is
 * better.
 */
function wish(state: State, { now, random }: Moment): Reaction | null {
  const leader = state.leadership?.leader;
  if (!leader || now < state.restUntil || state.databaseUp === false) return null;
  const gray = grayVerdict(state, now);
  if (gray)
    return beginHandover(state, { id: null, to: null, kind: 'gray', reason: gray.reason }, now);
  const admin = state.admin[leader] ?? 'ready';
  if (admin === 'ready' || choose(state, random) === null) return null;
  return beginHandover(
    state,
    { id: null, to: null, kind: 'planned', reason: `${leader} is in ${admin}` },
    now,
  );
}

/** Repeats the push until the leader reports that it leads, because a push may be lost. */
function promote(state: State, now: number): Reaction {
  const { phase, leadership, settings } = state;
  const pushedAt = phase.name === 'promoting' ? phase.pushedAt : -Infinity;
  if (!leadership?.leader || now - pushedAt < settings.pushIntervalMs) return still(state);
  const effect: Effect = { type: 'push', leadership, to: [leadership.leader] };
  return { state: { ...state, phase: { name: 'promoting', pushedAt: now } }, effects: [effect] };
}

/** Handles an input while there is no verdict against the leader. */
function lookAfter(state: State, moment: Moment): Reaction {
  const { state: settled, effects } = complete(state, moment.now);
  const wanted = wish(settled, moment);
  if (wanted) return { state: wanted.state, effects: [...effects, ...wanted.effects] };
  if ((leaderDetector(settled)?.confirmingSince ?? null) !== null)
    return { state: { ...settled, phase: { name: 'confirming' } }, effects };
  const promoting = settled.course !== null && settled.course.electedAt !== null;
  if (promoting) return promote(settled, moment.now);
  const asBefore = settled.phase.name === 'watching' && settled.course === null;
  return {
    state: asBefore ? settled : { ...settled, phase: { name: 'watching' }, course: null },
    effects,
  };
}

/** Waits for the answers of a hand-over, unless there is a verdict against the leader. */
function handOver(state: State, moment: Moment): Reaction {
  const { phase } = state;
  const verdict = verdictOnLeader(state);
  if (phase.name !== 'handing-over' || verdict === null) return still(state);
  return phase.request.kind === 'gray'
    ? elect(state, verdict, moment)
    : stoodDown(state, phase.term, false, moment);
}

/** Derives the phase from the state. */
function react(state: State, moment: Moment): Reaction {
  const { phase } = state;
  if (isDoubting(state.doubt, moment.now)) {
    const told = giveUp(state, 'The clock of this monitor jumped');
    return { state: { ...state, phase: { name: 'doubting' } }, effects: told };
  }
  if (phase.name === 'handing-over') return handOver(state, moment);
  if (!state.leadership) return still({ ...state, phase: { name: 'observing' } });
  const grayGoesOn = phase.name === 'voting' && phase.verdict.kind === 'gray';
  const verdict = verdictOnLeader(state) ?? (grayGoesOn ? grayVerdict(state, moment.now) : null);
  return verdict ? elect(state, verdict, moment) : lookAfter(state, moment);
}

/**
 * One step of the machine.
 * @throws Error when an invariant is broken. The cause is then a bug in the core, not the input.
 */
export function step(state: State, input: Input): Step {
  const doubt = noticeLateness(state.doubt, state.settings, input.now);
  const seen = absorb(doubt === state.doubt ? state : { ...state, doubt }, input);
  const reaction = react(noticeBetter(seen.state, input.now), input);
  assertInvariants(reaction.state, state, input.now);
  return {
    state: reaction.state,
    effects: [...seen.effects, ...reaction.effects],
    decision: decisionOf(reaction.state),
  };
}
