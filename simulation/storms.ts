/**
 * Schedules in which everything is slow and nothing is broken. The machine is late by up to 1.5
 * seconds, so every replica is silent at the same time and continues at its own time. All monitors
 * restart, as when a replica is added. Sometimes the leader is killed meanwhile. There are three
 * replicas, so that two are left after a kill: with a single silent replica, a slow machine is
 * indistinguishable from a frozen process. The rule `calm` judges storms: as many hand-overs as
 * kills, however often the machine is late.
 */
import type { SimulatedFault } from './faults.js';
import type { Chance } from './model/world.js';

/** Share of the schedules with three replicas that are storms. */
export const STORM_SHARE = 0.06;
/** The first election is complete. */
const FIRST_MS = 300;
/**
 * Longest silence of all replicas, in ms: less than the time-out of a monitor when several replicas
 * are silent at once.
 */
const LATE_MS = 1_500;
/** From the end of one delay to the next, in ms. */
const PAUSE_MS = 1_200;

const storm = (
  kind: SimulatedFault['kind'],
  atMs: number,
  forMs: number,
  target = '',
  amount = 0,
): SimulatedFault => ({ kind, atMs, forMs, target, other: '', amount });

export interface Storm {
  readonly faults: readonly SimulatedFault[];
  readonly endMs: number;
}

/** A few delays in sequence, sometimes with new monitors before and a kill in between. */
export function drawStorm(chance: Chance): Storm {
  const faults: SimulatedFault[] = [];
  let atMs = FIRST_MS + chance.below(500);
  if (chance.next() < 0.7) {
    faults.push(storm('reconfigure', atMs, 20 + chance.below(200), '', 1 + chance.below(150)));
    atMs += chance.below(600);
  }
  const count = 2 + chance.below(4);
  for (let index = 0; index < count; index += 1) {
    const forMs = 260 + chance.below(LATE_MS - 260);
    faults.push(storm('late', atMs, forMs, '', 1 + chance.below(200)));
    atMs += forMs + 250 + chance.below(PAUSE_MS);
  }
  if (chance.next() < 0.3)
    faults.push(
      storm('kill', FIRST_MS + chance.below(atMs - FIRST_MS), 300 + chance.below(500), 'leader'),
    );
  return { faults, endMs: atMs };
}

/** Most hand-overs that a storm may cause. */
export const handoversOf = (faults: readonly SimulatedFault[]): number =>
  faults.filter(({ kind }) => kind === 'kill').length;
