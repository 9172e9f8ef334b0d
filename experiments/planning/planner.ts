/**
 * Generates a schedule from a seed. Each fault draws from its own random stream and depends only on
 * faults with a lower number, so that an additional fault does not move the others. Times are
 * spread evenly by the golden ratio, for any number of faults. Pure.
 * @see Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences" (additive recurrence),
 *   2018.
 */
import { seededRandom, type Random } from '../../shared/random.js';
import { dueMs, PlanError, type PlannedInjection, type FaultSchedule } from './schedule.js';
import { getMaxUnavailable, type PartCounts } from './guards.js';
import { LONGEST_ENGINE_OUTAGE_MS, roleWeight, type KindPattern } from './kinds.js';
import { partKind, getAffectedPart, type PartKind } from './roles.js';

export interface PlannedKind extends KindPattern {
  kind: string;
  /** Possible targets in this cluster, as roles. */
  roles: readonly string[];
}

export interface PlanOptions {
  seed: number;
  faults: number;
  /** Number of payments during which faults are injected. */
  payments: number;
  ratePerSec: number;
  kinds: readonly PlannedKind[];
  partCounts: PartCounts;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;
/**
 * Share of the payments before the first fault and after the last, so that payments are in flight
 * at both.
 */
const MARGIN = 0.02;
/** Longest delay after the payment, ms: the payment is then between the queue and its commit. */
const LONGEST_DELAY_MS = 25;
/**
 * Longest time that a part needs until it works again after its heal, ms: a process starts, a
 * monitor finds the replica alive.
 */
export const RETURN_MS = 3_000;
/**
 * Number of draws of a kind and a target for each time, and of times for each fault. If none fits,
 * planning fails.
 */
const DRAWS = 20;
const TIMES = 50;

/**
 * Largest number of simultaneous faults that make no part unavailable: more would mask each other.
 */
const DISTURBANCES_AT_ONCE = 3;

/**
 * The part that an earlier fault makes unavailable (or `disturbance`: none), and the time span, ms
 * from the start.
 */
interface Outage {
  part: PartKind | 'disturbance';
  fromMs: number;
  untilMs: number;
}

/**
 * @throws PlanError when so many faults cannot be planned without too many unavailable parts at
 *   once.
 */
export function planSchedule(options: PlanOptions): FaultSchedule {
  const { seed, faults, ratePerSec } = options;
  const offset = seededRandom(seed, 'faults').next();
  const outages: Outage[] = [];
  const injections = Array.from({ length: faults }, (_, index) =>
    planInjection(options, index + 1, (offset + (index + 1) * GOLDEN) % 1, outages),
  );
  return {
    injections: injections.sort((a, b) => dueMs(a.at, ratePerSec) - dueMs(b.at, ratePerSec)),
  };
}

function planInjection(
  options: PlanOptions,
  number: number,
  share: number,
  outages: Outage[],
): PlannedInjection {
  const { payments, seed, faults, ratePerSec } = options;
  const random = seededRandom(seed, `fault-${number}`);
  const first = eachOnce(options)[number - 1];
  for (let moment = 0; moment < TIMES; moment += 1) {
    const place = moment === 0 ? share : random.next();
    const payment = Math.floor(payments * (MARGIN + place * (1 - 2 * MARGIN)));
    const at = { payment, delayMs: random.below(LONGEST_DELAY_MS) };
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const kind =
        (moment < TIMES / 2 ? first : undefined) ??
        drawWeighted(random, options.kinds, ({ weight }) => weight);
      const target = drawWeighted(random, kind.roles, (role) => weightOf(role, kind.roles));
      const injection = {
        id: `fault-${number}-${kind.kind}`,
        kind: kind.kind,
        target,
        at,
        durationMs: drawDuration(random, kind, target),
      };
      const takes = toOutage(injection, kind, ratePerSec);
      if (!hasRoom(takes, outages, options.partCounts)) continue;
      outages.push(takes);
      return injection;
    }
  }
  throw new PlanError(
    `${faults} faults are too many for ${payments} payments at ${ratePerSec} per second: too many unavailable parts at once`,
  );
}

/**
 * The first faults are one of each kind, in an order derived from the seed, so that a long run
 * contains all kinds, where they fit.
 */
function eachOnce({ kinds, seed }: PlanOptions): PlannedKind[] {
  const place = (kind: string): number => seededRandom(seed, `kind-${kind}`).next();
  return [...kinds].sort((a, b) => place(a.kind) - place(b.kind));
}

/**
 * The time span lasts until the part is at work again. A part of unknown kind has no guard of its
 * own.
 */
function toOutage(
  { target, at, durationMs }: PlannedInjection,
  { causesOutage, returnMs = RETURN_MS }: KindPattern,
  ratePerSec: number,
): Outage {
  const fromMs = dueMs(at, ratePerSec);
  const part = (causesOutage ? partKind(getAffectedPart(target)) : null) ?? 'disturbance';
  return { part, fromMs, untilMs: fromMs + durationMs + returnMs };
}

/** The leader is not known yet, so every fault counts as one of a different part. */
function hasRoom(
  { part, fromMs, untilMs }: Outage,
  outages: readonly Outage[],
  partCounts: PartCounts,
): boolean {
  const beside = outages.filter(
    (other) => other.part === part && other.fromMs < untilMs && other.untilMs > fromMs,
  );
  return (
    beside.length <
    (part === 'disturbance' ? DISTURBANCES_AT_ONCE : getMaxUnavailable(part, partCounts))
  );
}

/** The weight belongs to the part; its links share that weight. */
function weightOf(role: string, roles: readonly string[]): number {
  const part = getAffectedPart(role);
  return roleWeight(part) / roles.filter((other) => getAffectedPart(other) === part).length;
}

function drawDuration(
  random: Random,
  { durationMs: [shortest, longest], hasStandby = false }: KindPattern,
  target: string,
): number {
  const part = partKind(getAffectedPart(target));
  const isOnlyEngine = !hasStandby && (part === 'postgres' || part === 'redis');
  const most = isOnlyEngine ? Math.min(longest, LONGEST_ENGINE_OUTAGE_MS) : longest;
  return Math.min(shortest, most) + random.below(Math.max(1, most - shortest));
}

function drawWeighted<T>(random: Random, items: readonly T[], weigh: (item: T) => number): T {
  const total = items.reduce((sum, item) => sum + weigh(item), 0);
  let left = random.next() * total;
  const found = items.find((item) => (left -= weigh(item)) < 0) ?? items.at(-1);
  if (found === undefined) throw new PlanError('there is no fault to plan');
  return found;
}
