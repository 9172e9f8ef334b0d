/**
 * Makes a schedule from a seed. Each fault draws from a stream of its own, and minds only those numbered before it, so that asking for
 * one more moves none. Moments are spread evenly by the golden ratio, however many there are. Pure.
 * @see Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences" (additive recurrence), 2018.
 */
import { seededRandom, type Random } from '../../shared/random.js';
import { dueMs, PlanError, type PlannedStrike, type Schedule } from '../schedule.js';
import { mayBeAway, type Census } from './guards.js';
import { LONGEST_ENGINE_OUTAGE_MS, roleWeight, type KindHabit } from './kinds.js';
import { partKind, partStruck, type PartKind } from './roles.js';

export interface PlannedKind extends KindHabit {
  kind: string;
  /** What it can strike here, as roles. */
  roles: readonly string[];
}

export interface PlanOptions {
  seed: number;
  faults: number;
  /** During how many payments, at which rate. */
  payments: number;
  ratePerSec: number;
  kinds: readonly PlannedKind[];
  census: Census;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** Of the payments: before the first fault and after the last, so that both are struck while payments flow. */
const MARGIN = 0.02;
/** So much later than the payment, at the most: it is somewhere between the queue and its commit then. */
const LONGEST_DELAY_MS = 25;
/** How long a part may need to be back at work after its fault was healed, ms: a process starts, a replica is seen alive. */
export const RETURN_MS = 3_000;
/** Another kind is drawn so often before another moment is; then it does not fit. */
const DRAWS = 20;
const MOMENTS = 50;

/** Of the faults that take nothing away so many may go on at once: more would only hide one another. */
const HINDERED_AT_ONCE = 3;

/** What an earlier strike takes away (or that it hinders only), and from when to when, ms from the start. */
interface Away {
  part: PartKind | 'hindered';
  fromMs: number;
  untilMs: number;
}

/** @throws PlanError when so many faults do not fit without taking too much away at once. */
export function planSchedule(options: PlanOptions): Schedule {
  const { seed, faults, ratePerSec } = options;
  const offset = seededRandom(seed, 'faults').next();
  const away: Away[] = [];
  const strikes = Array.from({ length: faults }, (_, index) => planStrike(options, index + 1, (offset + (index + 1) * GOLDEN) % 1, away));
  return { strikes: strikes.sort((a, b) => dueMs(a.at, ratePerSec) - dueMs(b.at, ratePerSec)) };
}

function planStrike(options: PlanOptions, number: number, share: number, away: Away[]): PlannedStrike {
  const { payments, seed, faults, ratePerSec } = options;
  const random = seededRandom(seed, `fault-${number}`);
  const first = eachOnce(options)[number - 1];
  for (let moment = 0; moment < MOMENTS; moment += 1) {
    const place = moment === 0 ? share : random.next();
    const payment = Math.floor(payments * (MARGIN + place * (1 - 2 * MARGIN)));
    const at = { payment, delayMs: random.below(LONGEST_DELAY_MS) };
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const kind = (moment < MOMENTS / 2 ? first : undefined) ?? weighted(random, options.kinds, ({ weight }) => weight);
      const target = weighted(random, kind.roles, (role) => weightOf(role, kind.roles));
      const strike = { id: `fault-${number}-${kind.kind}`, kind: kind.kind, target, at, durationMs: drawDuration(random, kind, target) };
      const takes = takenAway(strike, kind, ratePerSec);
      if (!hasRoom(takes, away, options.census)) continue;
      away.push(takes);
      return strike;
    }
  }
  throw new PlanError(`${faults} faults are too many for ${payments} payments at ${ratePerSec} a second: too much would be away at once`);
}

/** The first faults are one of each kind, in an order of the seed's, so that a run of some length has them all; where one fits. */
function eachOnce({ kinds, seed }: PlanOptions): PlannedKind[] {
  const place = (kind: string): number => seededRandom(seed, `kind-${kind}`).next();
  return [...kinds].sort((a, b) => place(a.kind) - place(b.kind));
}

/** Counted until the part is back at work. A part we do not know has no guard of its own. */
function takenAway({ target, at, durationMs }: PlannedStrike, { takesAway }: KindHabit, ratePerSec: number): Away {
  const fromMs = dueMs(at, ratePerSec);
  const part = (takesAway ? partKind(partStruck(target)) : null) ?? 'hindered';
  return { part, fromMs, untilMs: fromMs + durationMs + RETURN_MS };
}

/** Who leads is not known yet, so every strike counts as one at another part. */
function hasRoom({ part, fromMs, untilMs }: Away, away: readonly Away[], census: Census): boolean {
  const beside = away.filter((other) => other.part === part && other.fromMs < untilMs && other.untilMs > fromMs);
  return beside.length < (part === 'hindered' ? HINDERED_AT_ONCE : mayBeAway(part, census));
}

/** The part counts, not how many links it has: they share its weight. */
function weightOf(role: string, roles: readonly string[]): number {
  const part = partStruck(role);
  return roleWeight(part) / roles.filter((other) => partStruck(other) === part).length;
}

function drawDuration(random: Random, { durationMs: [shortest, longest] }: KindHabit, target: string): number {
  const part = partKind(partStruck(target));
  const most = part === 'postgres' || part === 'redis' ? Math.min(longest, LONGEST_ENGINE_OUTAGE_MS) : longest;
  return Math.min(shortest, most) + random.below(Math.max(1, most - shortest));
}

function weighted<T>(random: Random, items: readonly T[], weigh: (item: T) => number): T {
  const total = items.reduce((sum, item) => sum + weigh(item), 0);
  let left = random.next() * total;
  const found = items.find((item) => (left -= weigh(item)) < 0) ?? items.at(-1);
  if (found === undefined) throw new PlanError('there is no fault to plan');
  return found;
}
