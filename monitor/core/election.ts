/**
 * Who may stand and who is chosen. A candidate is alive in this monitor's eyes, ready in the operator's, and reaches PostgreSQL by
 * its own word.
 * In an election it must also have been heard just now: a successor that is silent itself would be deposed next.
 * The leader that is to be replaced does not stand, except when it was restarted (another life) and nobody else is there.
 * The database checks the administrative state again: it may have changed since this monitor read it.
 */
import type { Policy } from './kinds.js';
import type { Reaches } from '../../shared/contracts/leadership.js';
import type { Candidate, Detector, Moment, Settings, State, Trouble } from './types.js';

interface Standing extends Candidate {
  readonly pingMs: number | null;
  readonly reaches: Reaches;
  readonly reachesAll: boolean;
  /** Whether it has not led without progress since a leader last made some. */
  readonly fresh: boolean;
}

function standing(state: State, id: string): Standing | null {
  const detector: Detector | undefined = state.replicas[id];
  const report = detector?.report;
  if (!detector || !report || detector.opinion !== 'alive' || detector.confirmingSince !== null) return null;
  if ((state.admin[id] ?? 'ready') !== 'ready' || !report.reaches.postgres) return null;
  const { reaches } = report;
  const reachesAll = reaches.redis && reaches.gateway;
  return { id, bootId: report.bootId, pingMs: detector.pingMs, reaches, reachesAll, fresh: !state.stalled.includes(id) };
}

/** The replica beat, or answered a ping while it has no stream, so recently that it is known to be ready. */
const isHeard = ({ seenAt }: Detector, { beatIntervalMs, beatTimeoutMs }: Settings, now: number): boolean =>
  seenAt !== null && now - seenAt <= (beatIntervalMs + beatTimeoutMs) / 2;

/**
 * Everybody who may follow the present leader, the best class only: those that reach everything, then those that have not led in vain.
 * @param heardAt leaves out who was not heard just before; null: nobody.
 */
export function candidates(state: State, heardAt: number | null = null): readonly Standing[] {
  const all = state.settings.replicas.map((id) => standing(state, id)).filter((each) => each !== null);
  const others = all.filter(({ id }) => id !== state.leadership?.leader);
  const restarted = all.filter(({ id, bootId }) => id === state.leadership?.leader && bootId !== state.leadership.bootId);
  const eligible = (others.length > 0 ? others : restarted)
    .filter(({ id }) => heardAt === null || isHeard(state.replicas[id] as Detector, state.settings, heardAt));
  return preferred(preferred(eligible, ({ reachesAll }) => reachesAll), ({ fresh }) => fresh);
}

/** Those for which it holds; all when it holds for none. */
function preferred(all: readonly Standing[], holds: (each: Standing) => boolean): readonly Standing[] {
  const some = all.filter(holds);
  return some.length > 0 ? some : all;
}

const byId = (a: Standing, b: Standing): number => a.id.localeCompare(b.id, 'en', { numeric: true });
/** Unknown ping times come last. */
const byPing = (a: Standing, b: Standing): number =>
  (a.pingMs ?? Number.MAX_VALUE) - (b.pingMs ?? Number.MAX_VALUE) || byId(a, b);

function pick(standings: readonly Standing[], policy: Policy, random: number): Standing | undefined {
  switch (policy) {
    case 'random':
      return standings[Math.floor(random * standings.length)];
    case 'lowest-id':
      return [...standings].sort(byId)[0];
    case 'fastest':
      return [...standings].sort(byPing)[0];
  }
}

const chosenOf = (standings: readonly Standing[], { settings }: State, random: number): Candidate | null => {
  const chosen = pick(standings, settings.policy, random);
  return chosen ? { id: chosen.id, bootId: chosen.bootId } : null;
};

/** For a planned hand-over. @param random in [0, 1), for the policy `random`. @returns null when nobody may stand. */
export const choose = (state: State, random: number): Candidate | null => chosenOf(candidates(state), state, random);

/**
 * The replicas that may stand and were not heard just now because they have no stream to this monitor. A ping shows whether they are ready.
 * A replica that was pinged within the last VOTE_INTERVAL_MS is left out.
 */
export function unheardWithoutStream(state: State, now: number): readonly string[] {
  const { settings, replicas } = state;
  return candidates(state).map(({ id }) => id).filter((id) => {
    const { streamOpen, pingSentAt } = replicas[id] as Detector;
    const wasPinged = pingSentAt !== null && now - pingSentAt < settings.voteIntervalMs;
    return !streamOpen && !wasPinged && !isHeard(replicas[id] as Detector, settings, now);
  });
}

/** For an election. @returns null when nobody may stand who was heard just now; after the next beat or ping somebody may. */
export const chooseHeard = (state: State, { now, random }: Moment): Candidate | null => chosenOf(candidates(state, now), state, random);

/** The replica an operator named, when it may stand. */
export function named(state: State, id: string): Candidate | null {
  const found = standing(state, id);
  return found ? { id, bootId: found.bootId } : null;
}

const DEPENDENCIES = ['postgres', 'redis', 'gateway'] as const;
const reachesAsMuch = (one: Reaches, other: Reaches): boolean => DEPENDENCIES.every((name) => one[name] || !other[name]);
const NOTHING: Reaches = { postgres: false, redis: false, gateway: false };

/**
 * Whether another replica is better: the condition for taking the leadership from a living leader. It reaches everything, and the leader
 * does not; or the leader makes no progress, and the other reaches as much and has not led in vain itself. So a cause that all replicas
 * share makes no leadership wander: each of them is tried once at most until a leader makes progress.
 */
export function hasBetter(state: State, trouble: Pick<Trouble, 'stalled'>): boolean {
  const leader = state.leadership?.leader ?? null;
  const reaches = (leader === null ? null : state.replicas[leader]?.report?.reaches) ?? NOTHING;
  const reachesAll = DEPENDENCIES.every((name) => reaches[name]);
  return candidates(state).some((each) => {
    if (each.id === leader) return false;
    if (each.reachesAll && !(reachesAll && trouble.stalled)) return true;
    return trouble.stalled && each.fresh && reachesAsMuch(each.reaches, reaches);
  });
}
