/**
 * A scenario in words that a program can read: the system, its steady state, the traffic, what strikes it and when, what is to be reached,
 * and how it is brought back. All of it is decided before the first payment and kept in `plan.json`, from which it is repeated. The
 * parts are those of the Chaos Toolkit's experiment format. Pure.
 * @see https://chaostoolkit.org/reference/api/experiment/
 */
import { z } from 'zod';
import { schedule } from '../schedule.js';

const duration = z.int().min(1).max(3_600_000);

export const declaration = z.strictObject({
  name: z.string().regex(/^[a-z-]{1,40}$/),
  seed: z.int().min(0),
  system: z.strictObject({
    replicas: z.int().min(1).max(9),
    monitors: z.int().min(1).max(5),
    patients: z.int().min(1).max(9),
    /** Whether a proxy of the lab's stands in every path between two parts, so that it can be cut. */
    links: z.boolean(),
    /** Whether PostgreSQL's data lies on a disk of the lab's own, in memory, that can be full. */
    disk: z.boolean(),
  }),
  /** Looked at before the first fault and after the last: see `steady-state.ts`. */
  steadyState: z.strictObject({ withinMs: duration, paymentWithinMs: duration }),
  traffic: z.strictObject({
    payments: z.int().min(1),
    ratePerSec: z.number().gt(0),
    /** A payment that takes longer is late; the client asks again until then. */
    deadlineMs: duration,
    /** The client waits so long for one answer before it asks again. */
    patienceMs: duration,
  }),
  schedule,
  /** Share of the payments that must succeed in time; null: none is asked for. The invariants always hold. */
  objectives: z.strictObject({ floor: z.number().min(0).max(1).nullable() }),
  /** Everything is healed, then the steady state must be back. */
  rollback: z.strictObject({ withinMs: duration }),
});

export type Declaration = z.infer<typeof declaration>;
