/**
 * A schedule of faults: kind, target, time and duration of each, all decided before the run. JSON
 * in, JSON out; a schedule from a file is validated like any other input.
 * `experiments/planning/planner.ts` generates one from a seed; `experiments/run/schedule-runner.ts`
 * executes it. Pure.
 */
import { z } from 'zod';

/** Longest fault, ms: one hour. */
const LONGEST_MS = 3_600_000;
const LONGEST_RUN_MS = 30 * 86_400_000;

/**
 * By time, from the start of the traffic; or by count, with a delay after that payment was sent (0
 * is the first).
 */
const moment = z.union([
  z.strictObject({ ms: z.number().min(0).max(LONGEST_RUN_MS) }),
  z.strictObject({ payment: z.int().min(0), delayMs: z.number().min(0).max(LONGEST_MS) }),
]);

const plannedInjection = z.strictObject({
  /** Unique; names the random stream of the fault. */
  id: z.string().min(1).max(100),
  /** One of the lab's faults: `kill`. */
  kind: z.string().min(1).max(100),
  /**
   * A role (`leader`, `monitor`, `leader-postgres`) or a name (`server_2`, `monitor_1>server_2`).
   */
  target: z.string().min(1).max(200),
  at: moment,
  /** From the injection to the start of the heal. */
  durationMs: z.number().min(0).max(LONGEST_MS),
});

/** Plans of earlier versions call the list `strikes`; they can still be replayed. */
function renameStrikes(plan: unknown): unknown {
  if (typeof plan !== 'object' || plan === null || !('strikes' in plan)) return plan;
  const { strikes, ...rest } = plan;
  return { ...rest, injections: strikes };
}

/** @see parseSchedule */
export const schedule = z.preprocess(
  renameStrikes,
  z.strictObject({
    injections: z
      .array(plannedInjection)
      .max(100_000)
      .refine(
        (injections) => new Set(injections.map(({ id }) => id)).size === injections.length,
        'ids must differ',
      ),
  }),
);

export type InjectionTime = z.infer<typeof moment>;
export type PlannedInjection = z.infer<typeof plannedInjection>;
export type FaultSchedule = z.infer<typeof schedule>;

/** An injection that was due and impossible or not permitted at that time. */
export interface SkippedInjection {
  id: string;
  kind: string;
  target: string;
  /** For people. */
  reason: string;
}

/** A schedule or another plan that is invalid; the message is one sentence. */
export class PlanError extends Error {}

/**
 * Parses JSON with the given schema.
 * @param what name in the error message: `the schedule x.json`.
 * @throws PlanError with the first problems.
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
  const problems = read.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`);
  throw new PlanError(`${what} is invalid: ${problems.join('; ')}`);
}

/** @throws PlanError */
export const parseSchedule = (text: string, what: string): FaultSchedule =>
  parsePlan(schedule, text, what);

/**
 * When an injection is due, in ms from the start of the traffic, at a constant rate of payments.
 */
export const dueMs = (at: InjectionTime, ratePerSec: number): number =>
  'ms' in at ? at.ms : (at.payment * 1000) / ratePerSec + at.delayMs;
