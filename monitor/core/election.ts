/**
 * Who may stand and who is chosen. A candidate is alive in this monitor's eyes, ready in the operator's, and reaches PostgreSQL by
 * its own word.
 * In an election it must also have been heard just now: a successor that is silent itself would be deposed next.
 * The leader that is to be replaced does not stand, except when it was restarted (another life) and nobody else is there.
 * The database checks the administrative state again: it may have changed since this monitor read it.
 */
import type { Policy } from './kinds.js';
import type { Candidate, Detector, Moment, Settings, State } from './types.js';

interface Standing extends Candidate {
  readonly pingMs: number | null;
  readonly reachesAll: boolean;
}

function standing(state: State, id: string): Standing | null {
  const detector: Detector | undefined = state.replicas[id];
  const report = detector?.report;
  if (!detector || !report || detector.opinion !== 'alive' || detector.confirmingSince !== null) return null;
  if ((state.admin[id] ?? 'ready') !== 'ready' || !report.reaches.postgres) return null;
  const reachesAll = report.reaches.redis && report.reaches.gateway;
  return { id, bootId: report.bootId, pingMs: detector.pingMs, reachesAll };
}

/** Heard so recently that it is known to be ready: a beat that is hardly late, or without a stream the last ping. */
function isHeard({ streamOpen, seenAt }: Detector, settings: Settings, now: number): boolean {
  const { beatIntervalMs, beatTimeoutMs, pingIntervalMs, pingTimeoutMs } = settings;
  const recentMs = streamOpen ? (beatIntervalMs + beatTimeoutMs) / 2 : pingIntervalMs + pingTimeoutMs;
  return seenAt !== null && now - seenAt <= recentMs;
}

/**
 * Everybody who may follow the present leader, best class first: those who reach everything, when there are any.
 * @param heardAt leaves out who was not heard just before; null: nobody.
 */
export function candidates(state: State, heardAt: number | null = null): readonly Standing[] {
  const all = state.settings.replicas.map((id) => standing(state, id)).filter((each) => each !== null);
  const others = all.filter(({ id }) => id !== state.leadership?.leader);
  const restarted = all.filter(({ id, bootId }) => id === state.leadership?.leader && bootId !== state.leadership.bootId);
  const eligible = (others.length > 0 ? others : restarted)
    .filter(({ id }) => heardAt === null || isHeard(state.replicas[id] as Detector, state.settings, heardAt));
  const able = eligible.filter(({ reachesAll }) => reachesAll);
  return able.length > 0 ? able : eligible;
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

/** For an election. @returns null when nobody may stand who was heard just now; a beat later somebody may. */
export const chooseHeard = (state: State, { now, random }: Moment): Candidate | null => chosenOf(candidates(state, now), state, random);

/** The replica an operator named, when it may stand. */
export function named(state: State, id: string): Candidate | null {
  const found = standing(state, id);
  return found ? { id, bootId: found.bootId } : null;
}

/** Whether somebody else reaches everything: the condition for taking the leadership from a living leader. */
export const hasBetter = (state: State): boolean =>
  candidates(state).some(({ id, reachesAll }) => reachesAll && id !== state.leadership?.leader);
