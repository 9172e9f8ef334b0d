/**
 * The rolling restart, as the supervisor (`npm start`) plans, performs and records it. The monitors
 * and the command line read it.
 */
import { z } from 'zod';
import { reason, timestamp } from './ids.js';

/** Shorter than the reasons of the monitor, which gets it with a prefix. */
const REASON_MAX = 400;
const ACTOR_MAX = 100;
const STEPS_MAX = 1_000;

const restartStep = z.object({
  /** The process. */
  name: z.string(),
  kind: z.enum([
    'instance',
    'replica',
    'monitor',
    'gateway',
    'device',
    'measurements',
    'member',
    'balancer',
  ]),
  /** For people. */
  does: z.string(),
  expectedMs: z.number(),
  /** The step fails when it takes longer. */
  deadlineMs: z.number(),
});
export type RestartStep = z.infer<typeof restartStep>;

export const restartPlan = z.object({ steps: z.array(restartStep).max(STEPS_MAX) });
export type RestartPlan = z.infer<typeof restartPlan>;

const stepRecord = restartStep.extend({
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  /** Null: not yet. */
  startedAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  /** The reason of a failure; null: none. */
  problem: z.string().nullable(),
});
export type StepRecord = z.infer<typeof stepRecord>;

export const restartRecord = z.object({
  id: z.string(),
  actor: z.string(),
  reason: z.string(),
  state: z.enum(['running', 'done', 'failed', 'stopped']),
  startedAt: timestamp,
  endedAt: timestamp.nullable(),
  steps: z.array(stepRecord).max(STEPS_MAX),
});
export type RestartRecord = z.infer<typeof restartRecord>;

/** Null: there was none since the start. */
export const currentRestart = z.object({ restart: restartRecord.nullable() });
export type CurrentRestart = z.infer<typeof currentRestart>;

export const restartRequest = z.strictObject({ reason: reason.max(REASON_MAX) });

/** A monitor names the operator of its session. */
export const supervisorRestartRequest = restartRequest.extend({
  actor: z.string().trim().min(1).max(ACTOR_MAX).default('operator'),
});
