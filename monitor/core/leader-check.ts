/**
 * Checks the leader. There are three results: healthy (null), gone (a verdict: elect another
 * replica), or alive but unable to work (gray: hand over when another replica is better; otherwise
 * the leadership does not move). Does not use information that is older than the leadership,
 * because it proves nothing.
 */
import type { Leadership, ReplicaReport } from '../../shared/contracts/leadership.js';
import { hasBetter } from './election.js';
import { UNSEEN } from './failure-detector.js';
import type { Layer } from '../../shared/contracts/status.js';
import type { ElectionKind } from './kinds.js';
import type { Detector, Settings, State, Trouble, Verdict } from './types.js';

const KIND_OF: Readonly<Record<Layer, ElectionKind>> = {
  connection: 'kill',
  heartbeat: 'freeze',
  ping: 'ping',
};
const WORDS: Readonly<Record<Layer, string>> = {
  connection: 'closed its connection and refuses a new one',
  heartbeat: 'fell silent',
  ping: 'does not answer pings',
};

/**
 * Whether a report of another life than the elected one arrived after this monitor adopted the
 * leadership.
 */
const isRestarted = (detector: Detector, leadership: Leadership, adoptedAt: number): boolean =>
  detector.opinion === 'alive' &&
  detector.report?.bootId !== leadership.bootId &&
  (detector.seenAt ?? -Infinity) > adoptedAt;

/** The verdict on one replica as the leader. */
function judge(
  id: string,
  detector: Detector,
  state: State,
  leadership: Leadership,
): Verdict | null {
  const { opinion, layer, since, failures, failingSince } = detector;
  if (opinion === 'suspect' && layer)
    return { kind: KIND_OF[layer], reason: `${id} ${WORDS[layer]}`, since };
  if (opinion === 'left') return { kind: 'left', reason: `${id} left in good order`, since };
  if (isRestarted(detector, leadership, state.adoptedAt)) {
    return {
      kind: 'restart',
      reason: `${id} was restarted`,
      since: Math.max(detector.bornAt, state.adoptedAt),
    };
  }
  const neverSeen = opinion === 'unknown' && failures >= state.settings.fall;
  return neverSeen
    ? { kind: 'ping', reason: `${id} never answered this monitor`, since: failingSince }
    : null;
}

/**
 * The reason for an election now; null while the leader is healthy. At first there is no leader,
 * which is a reason as well.
 */
export function judgeLeader(state: State): Verdict | null {
  const { leadership } = state;
  if (!leadership) return null;
  if (leadership.leader === null)
    return { kind: 'first', reason: 'the first election', since: null };
  const detector = state.replicas[leadership.leader];
  if (detector) return judge(leadership.leader, detector, state, leadership);
  return {
    kind: 'left',
    reason: `${leadership.leader} is not configured any more`,
    since: state.adoptedAt,
  };
}

/** Whether a leader reports that it has work and makes no progress. */
export const isStalled = (report: ReplicaReport, { stallMs }: Settings): boolean =>
  (report.stalledMs ?? 0) > stallMs;

/** The obstacle to the leader's work, as text; null when there is none. */
function describeTrouble(report: ReplicaReport, stalled: boolean): string | null {
  const missing = (['postgres', 'redis', 'gateway'] as const).filter(
    (name) => !report.reaches[name],
  );
  const words = [
    ...(stalled ? ['makes no progress'] : []),
    ...(missing.length > 0 ? [`does not reach ${missing.join(' and ')}`] : []),
  ];
  if (words.length > 0) return words.join(' and ');
  return report.role === 'standby' ? 'does not take over' : null;
}

/**
 * Derives the trouble from the leader's report about itself. `since` is when the trouble was first
 * reported.
 */
export function getTrouble(state: State, report: ReplicaReport, now: number): Trouble | null {
  const stalled = isStalled(report, state.settings);
  const what = describeTrouble(report, stalled);
  return what === null ? null : { what, stalled, since: state.trouble?.since ?? now };
}

/** Stores since when another replica has been better than the leader. */
export function noteBetter(state: State, now: number): State {
  const isBetter = state.trouble !== null && hasBetter(state, state.trouble);
  const betterSince = isBetter ? (state.betterSince ?? now) : null;
  return betterSince === state.betterSince ? state : { ...state, betterSince };
}

/**
 * Gray failure: the leader has been in trouble for longer than GRAY_MS, and for as long another
 * replica has been better. Replicas probe their dependencies at different times. After a shared
 * outage the first replica to probe is better for a short time, which proves nothing.
 */
export function getGrayVerdict(state: State, now: number): Verdict | null {
  const { trouble, leadership, betterSince } = state;
  if (!trouble || !leadership?.leader || betterSince === null || !hasBetter(state, trouble))
    return null;
  if (now - Math.max(trouble.since, betterSince) < state.settings.grayMs) return null;
  return { kind: 'gray', reason: `${leadership.leader} ${trouble.what}`, since: trouble.since };
}

/** The leader's detector; null when the leader is not configured. */
export function getLeaderDetector(state: State): Detector | null {
  const leader = state.leadership?.leader;
  return leader ? (state.replicas[leader] ?? null) : null;
}

/** At a new leadership: discards the evidence against an earlier life of the new leader. */
export function forgetEarlierLife(detector: Detector, leadership: Leadership): Detector {
  const { report, opinion, streamOpen, lastBeatAt, pingSentAt } = detector;
  const otherLife = report !== null && report.bootId !== leadership.bootId && opinion !== 'alive';
  return otherLife ? { ...UNSEEN, streamOpen, lastBeatAt, pingSentAt } : detector;
}
