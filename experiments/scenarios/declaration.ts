/**
 * A machine-readable scenario: the system, its steady state, the traffic, the schedule of faults,
 * the objectives, and the rollback. It is complete before the first payment and stored in
 * `plan.json`, from which the run can be repeated. The parts are those of the Chaos Toolkit's
 * experiment format. Pure.
 * @see https://chaostoolkit.org/reference/api/experiment/
 */
import { z } from 'zod';
import { QUEUE_MODES, RECORD_MODES } from '../../local/plan.js';
import { BALANCERS } from '../../shared/balancer/pool.js';
import { schedule } from '../planning/schedule.js';

const duration = z.int().min(1).max(3_600_000);

export const declaration = z.strictObject({
  name: z.string().regex(/^[a-z-]{1,40}$/),
  seed: z.int().min(0),
  system: z.strictObject({
    replicas: z.int().min(1).max(9),
    monitors: z.int().min(1).max(5),
    patients: z.int().min(1).max(9),
    /** In front of the instances of patients; the client then never retries. */
    balancer: z.enum(BALANCERS).nullable().optional(),
    /** `cluster`: three PostgreSQL under Patroni. */
    record: z.enum(RECORD_MODES).optional(),
    /** `group`: three Redis servers with three Sentinels. */
    queue: z.enum(QUEUE_MODES).optional(),
    /** Whether every path between two parts has a proxy of the lab, so that it can be cut. */
    links: z.boolean(),
    /** Whether PostgreSQL's data is on a disk of the lab, in memory, that can be filled. */
    disk: z.boolean(),
  }),
  /** Checked before the first fault and after the last: see `steady-state.ts`. */
  steadyState: z.strictObject({ withinMs: duration, paymentWithinMs: duration }),
  traffic: z.strictObject({
    payments: z.int().min(1),
    ratePerSec: z.number().gt(0),
    /** A payment that takes longer is late; the client retries until then. */
    deadlineMs: duration,
    /** The client retries when it has no response after this. */
    patienceMs: duration,
    /** Percent of the payments that are refunded or voided. Absent: none. */
    operations: z.int().min(0).max(100).optional(),
  }),
  schedule,
  /**
   * Share of the payments that must succeed in time; null: no objective. The invariants always
   * apply.
   */
  objectives: z.strictObject({ floor: z.number().min(0).max(1).nullable() }),
  /** After all faults are healed, the steady state must be reached again within this time. */
  rollback: z.strictObject({ withinMs: duration }),
});

export type Declaration = z.infer<typeof declaration>;
