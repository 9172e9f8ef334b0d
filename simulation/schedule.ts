/**
 * The schedule of one seed: a system, its payments with their times, and its faults. Plain data;
 * the same seed gives the same schedule.
 */
import { Chance } from './model/world.js';
import type { Cast } from './aim-faults.js';
import { drawFaults, drawSometimes } from './draw-faults.js';
import { drawLives } from './draw-lives.js';
import { drawPayments, drawStream, type PaymentPlan } from './draw-payments.js';
import type { SimulatedFault, FaultKind } from './faults.js';
import { drawStorm, STORM_SHARE } from './storms.js';

export interface SimulatedSchedule {
  readonly seed: number;
  /** Seed of delays, drops and all other randomness during the run. */
  readonly luck: number;
  readonly replicas: number;
  readonly monitors: number;
  readonly patients: number;
  /** In per cent. */
  readonly declined: number;
  /** By this time, in ms, all faults are healed and all payments sent. */
  readonly horizonMs: number;
  readonly payments: readonly PaymentPlan[];
  readonly faults: readonly SimulatedFault[];
  /** All monitors die at the end, and payments must continue. */
  readonly monitorsEnd: boolean;
  /** Everything is slow, and only kills break anything: the rule `calm` counts the hand-overs. */
  readonly isStorm?: boolean;
}

/**
 * Share of the schedules with one of these additional faults, with their frequencies: after them a
 * leader may make no progress.
 */
const STALL_SHARE = 0.12;
const STALLS: readonly FaultKind[] = ['refuse-writes', 'refuse-writes', 'jam', 'hang'];
/** Share of the schedules in which one row cannot be written for a while, and the reasons. */
const ROW_SHARE = 0.1;
const ROWS: readonly FaultKind[] = ['refuse-row', 'lock-row'];

const names = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}_${index + 1}`);

/** One of these numbers, drawn by cumulative share. */
function drawEvents(chance: Chance, shares: readonly (readonly [number, number])[]): number {
  const share = chance.next();
  return (shares.find(([, upto]) => share < upto) ?? [1])[0];
}

/** The schedule of a seed. */
export function drawSchedule(seed: number): SimulatedSchedule {
  const chance = new Chance(Math.imul(seed, 0x9e3779b1) ^ 0x5eed);
  const replicas = drawEvents(chance, [
    [3, 0.7],
    [2, 0.9],
    [1, 1],
  ]);
  const monitors = drawEvents(chance, [
    [1, 0.65],
    [3, 0.95],
    [5, 1],
  ]);
  const patients = 1 + chance.below(2);
  const horizonMs = 450 + chance.below(550);
  const cast: Cast = {
    replicas: names('server', replicas),
    monitors: names('monitor', monitors),
    patients: names('patients', patients),
  };
  const bursts = drawPayments(chance, patients, horizonMs);
  const most: Omit<SimulatedSchedule, 'payments'> = {
    seed,
    luck: seed,
    replicas,
    monitors,
    patients,
    horizonMs,
    declined: chance.next() < 0.3 ? 30 : 0,
    faults: drawFaults(chance, cast, horizonMs, bursts),
    monitorsEnd: chance.next() < 0.05,
  };
  const usual: SimulatedSchedule = {
    ...most,
    payments: [...bursts, ...drawStream(chance, patients, horizonMs)],
  };
  if (replicas >= 3 && chance.next() < STORM_SHARE) {
    const { faults, endMs } = drawStorm(chance);
    return { ...usual, faults, horizonMs: endMs, isStorm: true };
  }
  const stalls = drawSometimes(chance, cast, horizonMs, bursts, {
    share: STALL_SHARE,
    kinds: STALLS,
  });
  // Drawn last, so that the rest of each schedule stays unchanged.
  const unwritable = drawSometimes(chance, cast, horizonMs, bursts, {
    share: ROW_SHARE,
    kinds: ROWS,
  });
  const lives = drawLives(chance, patients, horizonMs);
  return {
    ...usual,
    payments: [...usual.payments, ...lives],
    faults: [...usual.faults, ...stalls, ...unwritable],
  };
}
