/** The phases: half the saturation point, a multiple of it, half of it again. Pure. */
import type { LoadLevel } from '../load/levels.js';

const PHASE_NAMES = ['before', 'overload', 'after'] as const;
type OverloadPhaseName = (typeof PHASE_NAMES)[number];

export interface OverloadPhase {
  name: OverloadPhaseName;
  /** Arriving users per second. */
  perSec: number;
  /** From the first arrival, in seconds. */
  fromSec: number;
  toSec: number;
}

/** Load before and after the overload, as a share of the saturation point. */
const CALM_SHARE = 0.5;
/** Shortest and longest time before the overload, in seconds. */
const [BEFORE_LEAST, BEFORE_MOST] = [5, 30];
/** After the overload: longer than the recovery may take, and three seconds that prove it. */
const [AFTER_LEAST, AFTER_MOST] = [20, 30];
/** Share of the overload that the other phases last, within their limits. */
const CALM_TIME = 0.25;

export interface PhaseRules {
  /** The saturation point, users per second. */
  saturationPerSec: number;
  factor: number;
  /** Duration of the overload. */
  seconds: number;
}

const clamp = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round(value)));

export function planPhases({ saturationPerSec, factor, seconds }: PhaseRules): OverloadPhase[] {
  const durations = [
    clamp(seconds * CALM_TIME, BEFORE_LEAST, BEFORE_MOST),
    seconds,
    clamp(seconds * CALM_TIME, AFTER_LEAST, AFTER_MOST),
  ];
  const shares = [CALM_SHARE, factor, CALM_SHARE];
  let fromSec = 0;
  return PHASE_NAMES.map((name, index) => {
    const toSec = fromSec + (durations[index] ?? 0);
    const phase = { name, perSec: saturationPerSec * (shares[index] ?? 0), fromSec, toSec };
    fromSec = toSec;
    return phase;
  });
}

const getSeconds = ({ fromSec, toSec }: OverloadPhase): number => toSec - fromSec;

/** The arrivals of all phases, without a gap. */
export function toLevel(phases: readonly OverloadPhase[]): LoadLevel {
  const users = phases.reduce((all, phase) => all + phase.perSec * getSeconds(phase), 0);
  return {
    name: 'overload',
    users: Math.round(users),
    phases: phases.map((phase) => ({
      fromPerSec: phase.perSec,
      toPerSec: phase.perSec,
      seconds: getSeconds(phase),
    })),
  };
}

/** The phase of a time, in ms from the first arrival; later times belong to the last phase. */
export const findPhase = (phases: readonly OverloadPhase[], atMs: number): OverloadPhase =>
  phases.find(({ toSec }) => atMs < toSec * 1_000) ?? (phases.at(-1) as OverloadPhase);
