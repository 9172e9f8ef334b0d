/** Draws the faults of a schedule: kinds by weight, times near activity, durations. */
import { aimFault, type Cast } from './aim-faults.js';
import type { FaultKind, SimulatedFault } from './faults.js';
import type { Chance } from './model/world.js';
import { QUIET_MS, type PaymentPlan } from './draw-payments.js';

/** How often each kind is drawn, relative to the others. */
const WEIGHTS: readonly (readonly [FaultKind, number])[] = [
  ['kill', 10],
  ['freeze', 9],
  ['suspend', 2],
  ['jump', 1],
  ['cut', 5],
  ['cut-one-way', 5],
  ['noise', 5],
  ['slow', 6],
  ['lose-answers', 6],
  ['refuse', 2],
  ['wipe', 4],
  ['restart-empty', 3],
  ['duplicate', 3],
  ['drain', 2],
  ['maint', 2],
  ['hand-over', 5],
  ['stray', 2],
];
const KINDS: readonly FaultKind[] = WEIGHTS.flatMap(([kind, weight]) =>
  Array.from({ length: weight }, () => kind),
);

const MOMENTS: ReadonlySet<FaultKind> = new Set([
  'jump',
  'wipe',
  'duplicate',
  'hand-over',
  'jam',
  'hang',
]);
/**
 * Share of these faults that last until the end, so that the system must work without the queue.
 */
const LASTS_SHARE = 0.5;

/**
 * Most faults begin during activity: soon after a payment, or during another fault. At other times
 * they find nothing.
 */
function drawMoment(chance: Chance, horizonMs: number, busy: readonly number[]): number {
  const anywhere = QUIET_MS + chance.below(horizonMs - QUIET_MS - 50);
  const soon =
    busy.length > 0 && chance.next() < 0.7 ? chance.pick(busy) + chance.below(120) : anywhere;
  return Math.min(soon, horizonMs - 50);
}

function drawFault(
  chance: Chance,
  cast: Cast,
  horizonMs: number,
  busy: readonly number[],
  kind = chance.pick(KINDS),
): SimulatedFault {
  const atMs = drawMoment(chance, horizonMs, busy);
  const longest = chance.next() < 0.3 ? 80 : 800;
  const lasts = MOMENTS.has(kind) || (kind === 'refuse-writes' && chance.next() < LASTS_SHARE);
  const forMs = lasts ? 0 : Math.min(10 + chance.below(longest), horizonMs - atMs);
  return { kind, atMs, forMs, ...aimFault(kind, chance, cast) };
}

/**
 * Models a change of decision: soon after a hand-over follows another one, perhaps back to the
 * first replica.
 */
function andBack(
  fault: SimulatedFault,
  chance: Chance,
  { replicas }: Cast,
  horizonMs: number,
): SimulatedFault {
  return {
    ...fault,
    atMs: Math.min(fault.atMs + 20 + chance.below(200), horizonMs),
    target: chance.pick(replicas),
    amount: 1,
  };
}

/**
 * The second hand-over begins while PostgreSQL is slow: then statements of several terms are in
 * transit at the same time.
 */
function whileSlow({ atMs }: SimulatedFault, chance: Chance, horizonMs: number): SimulatedFault {
  const since = Math.max(QUIET_MS, atMs - chance.below(120));
  return {
    kind: 'slow',
    atMs: since,
    forMs: Math.min(300, horizonMs - since),
    target: 'postgres',
    other: '',
    amount: 200 + chance.below(700),
  };
}

export function drawFaults(
  chance: Chance,
  cast: Cast,
  horizonMs: number,
  payments: readonly PaymentPlan[],
): SimulatedFault[] {
  const busy = payments.map(({ atMs }) => atMs);
  const count = 1 + chance.below(8);
  const faults: SimulatedFault[] = [];
  while (faults.length < count) {
    const fault = drawFault(chance, cast, horizonMs, busy);
    busy.push(fault.atMs, fault.atMs, fault.atMs);
    faults.push(fault);
    if (fault.kind === 'hand-over' && chance.next() < 0.5)
      faults.push(andBack(fault, chance, cast, horizonMs), whileSlow(fault, chance, horizonMs));
  }
  return faults;
}

/** One fault of these kinds, or none. `share` of the schedules have one. */
export function drawSometimes(
  chance: Chance,
  cast: Cast,
  horizonMs: number,
  payments: readonly PaymentPlan[],
  { share, kinds }: { share: number; kinds: readonly FaultKind[] },
): SimulatedFault[] {
  if (chance.next() >= share) return [];
  const times = payments.map(({ atMs }) => atMs);
  return [drawFault(chance, cast, horizonMs, times, chance.pick(kinds))];
}
