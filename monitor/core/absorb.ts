/**
 * Applies one input to the state, without a decision about leadership: failover.ts decides after
 * every input, on the whole state. Each input type has one function. Inputs about replicas that are
 * not configured change nothing.
 */
import type { ReplicaReport } from '../../shared/contracts/leadership.js';
import {
  beatHeard,
  byeHeard,
  pingAnswered,
  pingFailed,
  pingSent,
  streamClosed,
  streamOpened,
  timePassed,
  troubleBegan,
} from './failure-detector.js';
import { areSilentTogether, failsWithOthers, SHARED_FALL } from './common-cause.js';
import { isNewLeader } from './grace.js';
import { handoverRequested, moveAnswered, moveFailed, stoodDown } from './handover.js';
import { hearOut, learn, readRow } from './learning.js';
import { majority } from './quorum.js';
import {
  beatPatienceMs,
  isPingExcused,
  silenceBorne,
  silenceEnded,
  silentTogether,
  ticked,
} from './self-doubt.js';
import type { MonitorEvent } from './events.js';
import type { Detector, Doubt, Effect, Input, Reaction, State } from './types.js';

type Of<T extends Input['type']> = Extract<Input, { type: T }>;

const emit = (event: MonitorEvent): Effect => ({ type: 'emit', event });

/** The events that a change of opinion emits. */
function changes(id: string, before: Detector, after: Detector, now: number): Effect[] {
  const restarted =
    before.report !== null && after.report !== null && before.report.bootId !== after.report.bootId;
  if (after.opinion === 'suspect' && before.opinion !== 'suspect' && after.layer) {
    const detectMs = now - troubleBegan(before, after.layer, now);
    return [
      emit({ name: 'replica:suspected', data: { replica: id, layer: after.layer, detectMs } }),
    ];
  }
  if (after.opinion === 'alive' && (before.opinion !== 'alive' || restarted)) {
    return [emit({ name: 'replica:recovered', data: { replica: id, restarted } })];
  }
  return after.opinion === 'left' && before.opinion !== 'left'
    ? [emit({ name: 'replica:left', data: { replica: id } })]
    : [];
}

/**
 * Applies a detector function to one replica, then the rest of the report: role, trouble and term.
 */
function update(
  state: State,
  id: string,
  verb: (detector: Detector) => Detector,
  now: number,
  report?: ReplicaReport,
): Reaction {
  const before = state.replicas[id];
  if (!before) return { state, effects: [] };
  const after = verb(before);
  if (after === before) return { state, effects: [] };
  const changed = { ...state, replicas: { ...state.replicas, [id]: after } };
  const effects = changes(id, before, after, now);
  if (!report || after.report !== report) return { state: changed, effects };
  const heard = hearOut(changed, report, before.report, now);
  return { state: heard.state, effects: [...effects, ...heard.effects] };
}

const plus = (reaction: Reaction, ...effects: Effect[]): Reaction => ({
  ...reaction,
  effects: [...reaction.effects, ...effects],
});

/** The pings that are due, and the refresh of the data from the database and the other monitors. */
function duties(state: State, now: number): Reaction {
  const { pingIntervalMs, replicas } = state.settings;
  const due = replicas.filter((id) => {
    const sentAt = state.replicas[id]?.pingSentAt ?? null;
    return sentAt === null || now - sentAt >= pingIntervalMs;
  });
  const sent = Object.fromEntries(
    due.map((id) => [id, pingSent(state.replicas[id] as Detector, now)]),
  );
  const pings = due.map((replica): Effect => ({ type: 'ping', replica, fresh: false }));
  const pinging = { ...state, replicas: { ...state.replicas, ...sent } };
  if (state.refreshedAt !== null && now - state.refreshedAt < pingIntervalMs)
    return { state: pinging, effects: pings };
  const read = readRow({ ...pinging, refreshedAt: now }, now);
  return { state: read.state, effects: [...pings, { type: 'refresh' }, ...read.effects] };
}

function tick(state: State, { now, wallMs }: Of<'tick'>): Reaction {
  const { doubt: looked, jump } = ticked(state.doubt, state.settings, now, wallMs);
  const doubt = areSilentTogether(state, now) ? silentTogether(looked, now) : looked;
  const patienceMs = beatPatienceMs(doubt, state.settings.beatTimeoutMs, now);
  let reaction: Reaction = {
    state: { ...state, doubt },
    effects: jump ? [emit({ name: 'clock:jumped', data: jump })] : [],
  };
  for (const id of state.settings.replicas) {
    const borneMs = isNewLeader(state, id, now) ? Infinity : patienceMs;
    const next = update(reaction.state, id, (detector) => timePassed(detector, now, borneMs), now);
    reaction = plus(next, ...reaction.effects);
  }
  const owed = duties(reaction.state, now);
  return { state: owed.state, effects: [...reaction.effects, ...owed.effects] };
}

/**
 * A beat. A beat that ends a silence in the same life also shows whether the suspicion was, or
 * would have been, a false alarm.
 */
function beat(state: State, { replica, report, now }: Of<'beat'>): Reaction {
  const before = state.replicas[replica];
  const reaction = update(
    state,
    replica,
    (detector) => beatHeard(detector, report, now),
    now,
    report,
  );
  if (
    !before ||
    before.report?.bootId !== report.bootId ||
    reaction.state.replicas[replica]?.opinion !== 'alive'
  )
    return reaction;
  const doubt = learntFrom(reaction.state, before, now);
  return doubt === reaction.state.doubt
    ? reaction
    : { ...reaction, state: { ...reaction.state, doubt } };
}

/** Adjusts this monitor's patience at the end of a silence. */
function learntFrom({ doubt, settings }: State, before: Detector, now: number): Doubt {
  const { opinion, layer, since, streamOpen, lastBeatAt } = before;
  if (layer === 'heartbeat') return silenceEnded(doubt, settings.beatTimeoutMs, now - since, now);
  return opinion === 'alive' && streamOpen
    ? silenceBorne(doubt, settings.beatTimeoutMs, now - lastBeatAt, now)
    : doubt;
}

/**
 * Confirms a closed stream at once with a ping on a new connection. No timer delays the detection
 * of a dead process.
 */
function closed(state: State, { replica, now }: Of<'stream-closed'>): Reaction {
  const reaction = update(state, replica, (detector) => streamClosed(detector, now), now);
  const confirm = (reaction.state.replicas[replica]?.confirmingSince ?? null) !== null;
  return confirm ? plus(reaction, { type: 'ping', replica, fresh: true }) : reaction;
}

function answered(state: State, { replica, report, sentAt, now }: Of<'ping-answered'>): Reaction {
  const verb = (detector: Detector): Detector =>
    pingAnswered(detector, report, sentAt, now, state.settings.rise);
  return plus(
    update(state, replica, verb, now, report),
    emit({ name: 'replica:answered', data: { replica, pingMs: now - sentAt } }),
  );
}

/**
 * Whether the time-out is evidence about this monitor or its machine rather than the replica. Such
 * a time-out does not count.
 */
function isOwnFault({ doubt, settings }: State, { cause, now }: Of<'ping-failed'>): boolean {
  return cause === 'timeout' && isPingExcused(doubt, settings.pingTimeoutMs, now);
}

/**
 * The number of consecutive failed pings before the monitor suspects the replica. Does not apply to
 * a refused connection.
 */
function fallOf(state: State, { replica, sentAt, now }: Of<'ping-failed'>): number {
  if (isNewLeader(state, replica, now)) return Infinity;
  return state.settings.fall * (failsWithOthers(state, replica, sentAt) ? SHARED_FALL : 1);
}

function failed(state: State, input: Of<'ping-failed'>): Reaction {
  const { replica, cause, sentAt, now } = input;
  if (isOwnFault(state, input)) {
    const confirming = (state.replicas[replica]?.confirmingSince ?? null) !== null;
    return { state, effects: confirming ? [{ type: 'ping', replica, fresh: true }] : [] };
  }
  const verb = (detector: Detector): Detector =>
    pingFailed(detector, cause, sentAt, now, fallOf(state, input));
  return plus(
    update(state, replica, verb, now),
    emit({ name: 'replica:unanswered', data: { replica, cause } }),
  );
}

/**
 * The answer to a push is a sign of life, as the answer to a ping is, but does not measure the ping
 * time.
 */
function pushAnswered(
  state: State,
  { replica, report, sentAt, now }: Of<'push-answered'>,
): Reaction {
  const verb = (detector: Detector): Detector => ({
    ...pingAnswered(detector, report, sentAt, now, state.settings.rise),
    pingMs: detector.pingMs,
  });
  return update(state, replica, verb, now, report);
}

/** Pings a new leader at once when a push to it fails. */
function pushFailed(state: State, { replica }: Of<'push-failed'>): Reaction {
  return {
    state,
    effects: replica === state.leadership?.leader ? [{ type: 'ping', replica, fresh: true }] : [],
  };
}

/** Stores the number of votes from the answer to a vote in this term. */
function counted(state: State, term: number, votes: number | null): State {
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
function voteAnswered(
  state: State,
  { term, votes, elected, leadership, now }: Of<'vote-answered'>,
): Reaction {
  const reaction = learn(database(counted(state, term, votes), true), leadership, elected, now);
  const refused =
    !elected && leadership.term === term && votes >= majority(state.settings.monitors.length);
  return refused ? plus(reaction, { type: 'refresh' }) : reaction;
}

const database = (state: State, up: boolean): State => ({ ...state, databaseUp: up });
const still = (state: State): Reaction => ({ state, effects: [] });

/** Applies one input to the state. */
export function absorb(state: State, input: Input): Reaction {
  const { now } = input;
  switch (input.type) {
    case 'tick':
      return tick(state, input);
    case 'stream-opened':
      return update(state, input.replica, (detector) => streamOpened(detector, now), now);
    case 'stream-closed':
      return closed(state, input);
    case 'beat':
      return beat(state, input);
    case 'bye':
      return update(
        state,
        input.replica,
        (detector) => byeHeard(detector, input.report, now),
        now,
        input.report,
      );
    case 'ping-answered':
      return answered(state, input);
    case 'ping-failed':
      return failed(state, input);
    case 'push-answered':
      return pushAnswered(state, input);
    case 'push-failed':
      return pushFailed(state, input);
    case 'leadership-read':
      return learn(database({ ...state, reading: false }, true), input.leadership, false, now);
    case 'admin-read':
      return still(database({ ...state, admin: input.admin }, true));
    case 'database-failed':
      return still(database({ ...state, reading: false }, false));
    case 'vote-answered':
      return voteAnswered(state, input);
    case 'vote-failed':
      return still(database(counted(state, input.term, null), false));
    case 'handover-requested':
      return handoverRequested(state, input.request, input);
    case 'stand-down-answered':
      return stoodDown(state, input.term, input.drained, input);
    case 'stand-down-failed':
      return stoodDown(state, input.term, false, input);
    case 'move-answered':
      return moveAnswered(database(state, true), input.term, input.leadership, now);
    case 'move-failed':
      return moveFailed(database(state, false), input.term, now);
  }
}
