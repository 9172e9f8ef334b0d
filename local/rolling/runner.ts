/**
 * Performs the steps of a rolling restart one after another. Stops at the first step that fails and
 * leaves the rest untouched. The record is complete at every time, so that a reader may come late.
 */
import type {
  RestartRecord,
  RestartStep,
  StepRecord,
} from '../../shared/contracts/rolling-restart.js';

export interface RunnerOptions {
  /** @throws Error when the process does not recover; `signal` fires at the step's deadline. */
  perform(step: RestartStep, signal: AbortSignal): Promise<void>;
  /** Whether to stop before the next step. */
  isStopped(): boolean;
  /** Ends the current step, too. */
  ending: AbortSignal;
  /** Wall clock. */
  now(): Date;
  onStep(step: StepRecord): void;
  /** Awaited before the record shows the end, so that a reader of it finds the audit row. */
  beforeEnd(end: RestartRecord['state']): Promise<void>;
}

export const toWaiting = (step: RestartStep): StepRecord => ({
  ...step,
  state: 'waiting',
  startedAt: null,
  endedAt: null,
  problem: null,
});

/** One line about the state of a step. */
export function describeStep({ name, does, state, problem }: StepRecord): string {
  if (state === 'failed') return `rolling restart: ${name} failed: ${problem}`;
  return `rolling restart: ${name}: ${does}${state === 'running' ? ' …' : `: ${state}`}`;
}

async function runStep(step: StepRecord, options: RunnerOptions): Promise<void> {
  step.state = 'running';
  step.startedAt = options.now().toISOString();
  options.onStep(step);
  const deadline = AbortSignal.timeout(step.deadlineMs);
  try {
    await options.perform(step, AbortSignal.any([deadline, options.ending]));
    step.state = 'done';
  } catch (error) {
    step.state = 'failed';
    step.problem = String((error as Error)?.message ?? error);
    if (deadline.aborted) step.problem = `it did not recover within ${step.deadlineMs / 1_000} s`;
    if (options.ending.aborted) step.problem = 'the system stops';
  }
  step.endedAt = options.now().toISOString();
  options.onStep(step);
}

/** Changes `record` until every step is final. Throws only an error of `beforeEnd`. */
export async function runRestart(record: RestartRecord, options: RunnerOptions): Promise<void> {
  let end: RestartRecord['state'] = 'done';
  for (const step of record.steps) {
    if (end === 'done' && (options.isStopped() || options.ending.aborted)) end = 'stopped';
    if (end !== 'done') {
      step.state = 'skipped';
      continue;
    }
    await runStep(step, options);
    if (step.state !== 'done') end = 'failed';
  }
  await options.beforeEnd(end);
  record.endedAt = options.now().toISOString();
  record.state = end;
}
