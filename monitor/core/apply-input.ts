/**
 * Applies one input to the state, without a decision about leadership, except for hand-overs
 * (handover.ts): failover.ts decides after every input, on the whole state. Each input type has one
 * function. Inputs about replicas that are not configured change nothing.
 */
import {
  onBeat,
  onBye,
  onPingAnswered,
  onPingFailed,
  onPingSent,
  onStreamClosed,
  onStreamOpened,
  checkSilence,
} from './failure-detector.js';
import { areSilentTogether, failsWithOthers, SHARED_FALL } from './common-cause.js';
import { isNewLeader } from './grace.js';
import { onHandoverRequested, onMoveAnswered, onMoveFailed, onStoodDown } from './handover.js';
import { adoptLeadership, requestRow } from './adopt-leadership.js';
import { getMajority } from './quorum.js';
import {
  getBeatPatienceMs,
  isPingExcused,
  noteToleratedSilence,
  noteSilenceEnd,
  noteSharedSilence,
  noteTick,
} from './local-health.js';
import type { Input } from './inputs.js';
import { emit, unchanged, withEffects, type Effect, type Reaction } from './effects.js';
import { updateReplica } from './update-replica.js';
import type { Detector, LocalHealth, State } from './types.js';

type Of<T extends Input['type']> = Extract<Input, { type: T }>;

/** The pings that are due, and the refresh of the data from the database and the other monitors. */
function requestDue(state: State, now: number): Reaction {
  const { pingIntervalMs, replicas } = state.settings;
  const due = replicas.filter((id) => {
    const sentAt = state.replicas[id]?.pingSentAt ?? null;
    return sentAt === null || now - sentAt >= pingIntervalMs;
  });
  const sent = Object.fromEntries(
    due.map((id) => [id, onPingSent(state.replicas[id] as Detector, now)]),
  );
  const pings = due.map((replica): Effect => ({ type: 'ping', replica, onNewConnection: false }));
  const pinging = { ...state, replicas: { ...state.replicas, ...sent } };
  if (state.refreshedAt !== null && now - state.refreshedAt < pingIntervalMs)
    return { state: pinging, effects: pings };
  const read = requestRow({ ...pinging, refreshedAt: now }, now);
  return { state: read.state, effects: [...pings, { type: 'refresh' }, ...read.effects] };
}

function applyTick(state: State, { now, wallMs }: Of<'tick'>): Reaction {
  const { health: checked, jump } = noteTick(state.health, state.settings, now, wallMs);
  const health = areSilentTogether(state, now) ? noteSharedSilence(checked, now) : checked;
  const patienceMs = getBeatPatienceMs(health, state.settings.beatTimeoutMs, now);
  let reaction: Reaction = {
    state: { ...state, health },
    effects: jump ? [emit({ name: 'clock:jumped', data: jump })] : [],
  };
  for (const id of state.settings.replicas) {
    const borneMs = isNewLeader(state, id, now) ? Infinity : patienceMs;
    const next = updateReplica(
      reaction.state,
      id,
      (detector) => checkSilence(detector, now, borneMs),
      now,
    );
    reaction = withEffects(next, ...reaction.effects);
  }
  const owed = requestDue(reaction.state, now);
  return { state: owed.state, effects: [...reaction.effects, ...owed.effects] };
}

/**
 * A beat. A beat that ends a silence in the same life also shows whether the suspicion was, or
 * would have been, a false alarm.
 */
function applyBeat(state: State, { replica, report, now }: Of<'beat'>): Reaction {
  const before = state.replicas[replica];
  const reaction = updateReplica(
    state,
    replica,
    (detector) => onBeat(detector, report, now),
    now,
    report,
  );
  if (
    !before ||
    before.report?.bootId !== report.bootId ||
    reaction.state.replicas[replica]?.opinion !== 'alive'
  )
    return reaction;
  const health = adjustPatience(reaction.state, before, now);
  return health === reaction.state.health
    ? reaction
    : { ...reaction, state: { ...reaction.state, health } };
}

/** Adjusts this monitor's patience at the end of a silence. */
function adjustPatience({ health, settings }: State, before: Detector, now: number): LocalHealth {
  const { opinion, layer, since, streamOpen, lastBeatAt } = before;
  if (layer === 'heartbeat')
    return noteSilenceEnd(health, settings.beatTimeoutMs, now - since, now);
  return opinion === 'alive' && streamOpen
    ? noteToleratedSilence(health, settings.beatTimeoutMs, now - lastBeatAt, now)
    : health;
}

/**
 * Confirms a closed stream at once with a ping on a new connection. No timer delays the detection
 * of a dead process.
 */
function applyStreamClosed(state: State, { replica, now }: Of<'stream-closed'>): Reaction {
  const reaction = updateReplica(state, replica, (detector) => onStreamClosed(detector, now), now);
  const confirm = (reaction.state.replicas[replica]?.confirmingSince ?? null) !== null;
  return confirm
    ? withEffects(reaction, { type: 'ping', replica, onNewConnection: true })
    : reaction;
}

function applyPingAnswered(
  state: State,
  { replica, report, sentAt, now }: Of<'ping-answered'>,
): Reaction {
  const change = (detector: Detector): Detector =>
    onPingAnswered(detector, report, sentAt, now, state.settings.rise);
  return withEffects(
    updateReplica(state, replica, change, now, report),
    emit({ name: 'replica:answered', data: { replica, pingMs: now - sentAt } }),
  );
}

/**
 * Whether the time-out is evidence about this monitor or its machine rather than the replica. Such
 * a time-out does not count.
 */
function isOwnFault({ health, settings }: State, { cause, now }: Of<'ping-failed'>): boolean {
  return cause === 'timeout' && isPingExcused(health, settings.pingTimeoutMs, now);
}

/**
 * The number of consecutive failed pings before the monitor suspects the replica. Does not apply to
 * a refused connection.
 */
function getFall(state: State, { replica, sentAt, now }: Of<'ping-failed'>): number {
  if (isNewLeader(state, replica, now)) return Infinity;
  return state.settings.fall * (failsWithOthers(state, replica, sentAt) ? SHARED_FALL : 1);
}

function applyPingFailed(state: State, input: Of<'ping-failed'>): Reaction {
  const { replica, cause, sentAt, now } = input;
  if (isOwnFault(state, input)) {
    const confirming = (state.replicas[replica]?.confirmingSince ?? null) !== null;
    return { state, effects: confirming ? [{ type: 'ping', replica, onNewConnection: true }] : [] };
  }
  const change = (detector: Detector): Detector =>
    onPingFailed(detector, cause, sentAt, now, getFall(state, input));
  return withEffects(
    updateReplica(state, replica, change, now),
    emit({ name: 'replica:unanswered', data: { replica, cause } }),
  );
}

/**
 * The answer to a push is a sign of life, as the answer to a ping is, but does not measure the ping
 * time.
 */
function applyPushAnswered(
  state: State,
  { replica, report, sentAt, now }: Of<'push-answered'>,
): Reaction {
  const change = (detector: Detector): Detector => ({
    ...onPingAnswered(detector, report, sentAt, now, state.settings.rise),
    pingMs: detector.pingMs,
  });
  return updateReplica(state, replica, change, now, report);
}

/** Pings a new leader at once when a push to it fails. */
function applyPushFailed(state: State, { replica }: Of<'push-failed'>): Reaction {
  return {
    state,
    effects:
      replica === state.leadership?.leader
        ? [{ type: 'ping', replica, onNewConnection: true }]
        : [],
  };
}

/** Stores the number of votes from the answer to a vote in this term. */
function withVotes(state: State, term: number, votes: number | null): State {
  const { phase } = state;
  if ((phase.name !== 'voting' && phase.name !== 'no-candidate') || phase.term !== term)
    return state;
  return {
    ...state,
    phase: {
      ...phase,
      ballot: { ...phase.ballot, pending: false, votes: votes ?? phase.ballot.votes },
    },
  };
}

/**
 * Enough votes without an election mean that the candidate is not ready in the database. The
 * administrative states here are outdated.
 */
function applyVoteAnswered(
  state: State,
  { term, votes, elected, leadership, now }: Of<'vote-answered'>,
): Reaction {
  const reaction = adoptLeadership(
    withDatabase(withVotes(state, term, votes), true),
    leadership,
    elected,
    now,
  );
  const refused =
    !elected && leadership.term === term && votes >= getMajority(state.settings.monitors.length);
  return refused ? withEffects(reaction, { type: 'refresh' }) : reaction;
}

const withDatabase = (state: State, up: boolean): State => ({ ...state, databaseUp: up });

/** Applies one input to the state. */
export function applyInput(state: State, input: Input): Reaction {
  const { now } = input;
  switch (input.type) {
    case 'tick':
      return applyTick(state, input);
    case 'stream-opened':
      return updateReplica(state, input.replica, (detector) => onStreamOpened(detector, now), now);
    case 'stream-closed':
      return applyStreamClosed(state, input);
    case 'beat':
      return applyBeat(state, input);
    case 'bye':
      return updateReplica(
        state,
        input.replica,
        (detector) => onBye(detector, input.report, now),
        now,
        input.report,
      );
    case 'ping-answered':
      return applyPingAnswered(state, input);
    case 'ping-failed':
      return applyPingFailed(state, input);
    case 'push-answered':
      return applyPushAnswered(state, input);
    case 'push-failed':
      return applyPushFailed(state, input);
    case 'leadership-read':
      return adoptLeadership(
        withDatabase({ ...state, reading: false }, true),
        input.leadership,
        false,
        now,
      );
    case 'admin-read':
      return unchanged(withDatabase({ ...state, admin: input.admin }, true));
    case 'database-failed':
      return unchanged(withDatabase({ ...state, reading: false }, false));
    case 'vote-answered':
      return applyVoteAnswered(state, input);
    case 'vote-failed':
      return unchanged(withDatabase(withVotes(state, input.term, null), false));
    case 'handover-requested':
      return onHandoverRequested(state, input.request, input);
    case 'stand-down-answered':
      return onStoodDown(state, input.term, input.drained, input);
    case 'stand-down-failed':
      return onStoodDown(state, input.term, false, input);
    case 'move-answered':
      return onMoveAnswered(withDatabase(state, true), input.term, input.leadership, now);
    case 'move-failed':
      return onMoveFailed(withDatabase(state, false), input.term, now);
  }
}
