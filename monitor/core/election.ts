/**
 * Who may stand and who is chosen. A candidate is alive in this monitor's eyes, ready in the operator's, and reaches PostgreSQL by
 * its own word.
 * The leader that is to be replaced does not stand, except when it was restarted (another life) and nobody else is there.
 * The database checks the administrative state again: it may have changed since this monitor read it.
 */
import type { Policy } from './kinds.js';
import type { Candidate, Detector, State } from './types.js';

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

/** Everybody who may follow the present leader, best class first: those who reach everything, when there are any. */
export function candidates(state: State): readonly Standing[] {
  const all = state.settings.replicas.map((id) => standing(state, id)).filter((each) => each !== null);
  const others = all.filter(({ id }) => id !== state.leadership?.leader);
  const restarted = all.filter(({ id, bootId }) => id === state.leadership?.leader && bootId !== state.leadership.bootId);
  const eligible = others.length > 0 ? others : restarted;
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

/** @param random in [0, 1), for the policy `random`. @returns null when nobody may stand. */
export function choose(state: State, random: number): Candidate | null {
  const chosen = pick(candidates(state), state.settings.policy, random);
  return chosen ? { id: chosen.id, bootId: chosen.bootId } : null;
}

/** The replica an operator named, when it may stand. */
export function named(state: State, id: string): Candidate | null {
  const found = standing(state, id);
  return found ? { id, bootId: found.bootId } : null;
}

/** Whether somebody else reaches everything: the condition for taking the leadership from a living leader. */
export const hasBetter = (state: State): boolean =>
  candidates(state).some(({ id, reachesAll }) => reachesAll && id !== state.leadership?.leader);
