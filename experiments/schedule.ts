/**
 * A schedule: which fault strikes whom, when and for how long, all of it decided before the run. JSON in, JSON out; one that comes from
 * a file is bad input like any other. Who makes one from a seed: `planning/planner.ts`; who carries it out: `strikes.ts`. Pure.
 */
import { z } from 'zod';

/** Longest fault, ms: an hour. */
const LONGEST_MS = 3_600_000;
const LONGEST_RUN_MS = 30 * 86_400_000;

/** By time, from the start of the traffic; or by count, so much after that payment was sent (0 is the first). */
const moment = z.union([
  z.strictObject({ ms: z.number().min(0).max(LONGEST_RUN_MS) }),
  z.strictObject({ payment: z.int().min(0), delayMs: z.number().min(0).max(LONGEST_MS) }),
]);

const plannedStrike = z.strictObject({
  /** Unique; names the random stream of the fault. */
  id: z.string().min(1).max(100),
  /** One of the lab's faults: `kill`. */
  kind: z.string().min(1).max(100),
  /** A role (`leader`, `monitor`, `leader-postgres`) or a name (`server_2`, `monitor_1>server_2`). */
  target: z.string().min(1).max(200),
  at: moment,
  /** From the strike to the beginning of its healing. */
  durationMs: z.number().min(0).max(LONGEST_MS),
});

/** @see parseSchedule */
export const schedule = z.strictObject({
  strikes: z.array(plannedStrike).max(100_000).refine((strikes) => new Set(strikes.map(({ id }) => id)).size === strikes.length, 'ids must differ'),
});

export type Moment = z.infer<typeof moment>;
export type PlannedStrike = z.infer<typeof plannedStrike>;
export type Schedule = z.infer<typeof schedule>;

/** A schedule or another plan that cannot be read; the message is one sentence. */
export class PlanError extends Error {}

/**
 * Reads JSON of the given shape.
 * @param what names it in the error: `the schedule x.json`.
 * @throws PlanError naming the first things that are wrong.
 */
export function parsePlan<T>(shape: z.ZodType<T>, text: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PlanError(`${what} is not JSON`);
  }
  const read = shape.safeParse(value);
  if (read.success) return read.data;
  const problems = read.error.issues.slice(0, 3).map(({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`);
  throw new PlanError(`${what} is not what it should be: ${problems.join('; ')}`);
}

/** @throws PlanError */
export const parseSchedule = (text: string, what: string): Schedule => parsePlan(schedule, text, what);

/** When a strike is due, in ms from the start of the traffic, at a steady rate of payments. */
export const dueMs = (at: Moment, ratePerSec: number): number => ('ms' in at ? at.ms : (at.payment * 1000) / ratePerSec + at.delayMs);
