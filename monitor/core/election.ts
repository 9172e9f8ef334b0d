/**
 * Selects the candidates and chooses one of them. A candidate is alive in this monitor's opinion,
 * `ready` in its administrative state, and reports that it reaches PostgreSQL. In an election its
 * last report must also be recent: a silent successor would be deposed next. The leader to replace
 * is no candidate, unless it was restarted (another life) and there is no other candidate. The
 * database checks the administrative state again, because the state may have changed since this
 * monitor read it.
 */
import type { Policy } from './kinds.js';
import type { Reaches } from '../../shared/contracts/leadership.js';
import type { Now } from './inputs.js';
import type { Candidate } from './effects.js';
import type { Detector, Settings, State, Trouble } from './types.js';

interface RatedCandidate extends Candidate {
  readonly pingMs: number | null;
  readonly reaches: Reaches;
  readonly reachesAll: boolean;
  /** Whether it has not led without progress since a leader last made some. */
  readonly progresses: boolean;
}

function rateCandidate(state: State, id: string): RatedCandidate | null {
  const detector: Detector | undefined = state.replicas[id];
  const report = detector?.report;
  if (!detector || !report || detector.opinion !== 'alive' || detector.confirmingSince !== null)
    return null;
  if ((state.admin[id] ?? 'ready') !== 'ready' || !report.reaches.postgres) return null;
  const { reaches } = report;
  const reachesAll = reaches.redis && reaches.gateway;
  return {
    id,
    bootId: report.bootId,
    pingMs: detector.pingMs,
    reaches,
    reachesAll,
    progresses: !state.stalled.includes(id),
  };
}

/**
 * Whether the last report of the replica (by beat or ping) is recent enough to know that the
 * replica is ready.
 */
const hasRecentReport = (
  { seenAt }: Detector,
  { beatIntervalMs, beatTimeoutMs }: Settings,
  now: number,
): boolean => seenAt !== null && now - seenAt <= (beatIntervalMs + beatTimeoutMs) / 2;

/**
 * The replicas that may follow the current leader. Prefers replicas that reach everything, then
 * replicas that have not led without progress.
 * @param reportedSince leaves out replicas without a recent report at this time. Null: leaves out
 *   none.
 */
export function getCandidates(
  state: State,
  reportedSince: number | null = null,
): readonly RatedCandidate[] {
  const all = state.settings.replicas
    .map((id) => rateCandidate(state, id))
    .filter((each) => each !== null);
  const others = all.filter(({ id }) => id !== state.leadership?.leader);
  const restarted = all.filter(
    ({ id, bootId }) => id === state.leadership?.leader && bootId !== state.leadership.bootId,
  );
  const eligible = (others.length > 0 ? others : restarted).filter(
    ({ id }) =>
      reportedSince === null ||
      hasRecentReport(state.replicas[id] as Detector, state.settings, reportedSince),
  );
  return prefer(
    prefer(eligible, ({ reachesAll }) => reachesAll),
    ({ progresses }) => progresses,
  );
}

/** The candidates that meet the condition, or all candidates when none meets it. */
function prefer(
  all: readonly RatedCandidate[],
  holds: (each: RatedCandidate) => boolean,
): readonly RatedCandidate[] {
  const some = all.filter(holds);
  return some.length > 0 ? some : all;
}

const compareIds = (a: RatedCandidate, b: RatedCandidate): number =>
  a.id.localeCompare(b.id, 'en', { numeric: true });
/** Unknown ping times come last. */
const comparePings = (a: RatedCandidate, b: RatedCandidate): number =>
  (a.pingMs ?? Number.MAX_VALUE) - (b.pingMs ?? Number.MAX_VALUE) || compareIds(a, b);

function pick(
  standings: readonly RatedCandidate[],
  policy: Policy,
  random: number,
): RatedCandidate | undefined {
  switch (policy) {
    case 'random':
      return standings[Math.floor(random * standings.length)];
    case 'lowest-id':
      return [...standings].sort(compareIds)[0];
    case 'fastest':
      return [...standings].sort(comparePings)[0];
  }
}

const chooseFrom = (
  standings: readonly RatedCandidate[],
  { settings }: State,
  random: number,
): Candidate | null => {
  const chosen = pick(standings, settings.policy, random);
  return chosen ? { id: chosen.id, bootId: chosen.bootId } : null;
};

/**
 * For a planned hand-over. @param random in [0, 1), for the policy `random`. @returns null when
 * there is no candidate.
 */
export const chooseCandidate = (state: State, random: number): Candidate | null =>
  chooseFrom(getCandidates(state), state, random);

/**
 * The candidates without a recent report that have no stream to this monitor. A ping shows whether
 * they are ready. Leaves out replicas that were pinged within the last VOTE_INTERVAL_MS.
 */
export function getSilentWithoutStream(state: State, now: number): readonly string[] {
  const { settings, replicas } = state;
  return getCandidates(state)
    .map(({ id }) => id)
    .filter((id) => {
      const { streamOpen, pingSentAt } = replicas[id] as Detector;
      const wasPinged = pingSentAt !== null && now - pingSentAt < settings.voteIntervalMs;
      return !streamOpen && !wasPinged && !hasRecentReport(replicas[id] as Detector, settings, now);
    });
}

/**
 * For an election. @returns null when no candidate has a recent report. The next beat or ping may
 * change that.
 */
export const chooseReportingCandidate = (state: State, { now, random }: Now): Candidate | null =>
  chooseFrom(getCandidates(state, now), state, random);

/** The replica that an operator named. @returns null when it is no candidate. */
export function getNamedCandidate(state: State, id: string): Candidate | null {
  const found = rateCandidate(state, id);
  return found ? { id, bootId: found.bootId } : null;
}

const DEPENDENCIES = ['postgres', 'redis', 'gateway'] as const;
const reachesAsMuch = (one: Reaches, other: Reaches): boolean =>
  DEPENDENCIES.every((name) => one[name] || !other[name]);
const NOTHING: Reaches = { postgres: false, redis: false, gateway: false };

/**
 * Whether another replica is better than the leader: the condition for deposing a leader that is
 * alive. The other replica reaches everything and the leader does not or does not take over; or the
 * leader makes no progress, and the other reaches as much and has not led without progress. So a
 * cause that all replicas share moves the leadership to each replica at most once until a leader
 * makes progress.
 */
export function hasBetter(state: State, trouble: Pick<Trouble, 'stalled'>): boolean {
  const leader = state.leadership?.leader ?? null;
  const reaches = (leader === null ? null : state.replicas[leader]?.report?.reaches) ?? NOTHING;
  const reachesAll = DEPENDENCIES.every((name) => reaches[name]);
  return getCandidates(state).some((each) => {
    if (each.id === leader) return false;
    if (each.reachesAll && !(reachesAll && trouble.stalled)) return true;
    return trouble.stalled && each.progresses && reachesAsMuch(each.reaches, reaches);
  });
}
