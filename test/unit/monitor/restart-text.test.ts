/** The texts of the rolling restart in the console. */
import { describe, expect, test } from '@jest/globals';
import type {
  RestartPlan,
  RestartRecord,
  RestartStep,
  StepRecord,
} from '../../../shared/contracts/rolling-restart.js';

/** The compilation of the tests does not include the scripts of the browser. */
const CLIENT = '../../../monitor/console/client';
const { describePlan, describeRestart } = (await import(`${CLIENT}/restart.js`)) as {
  describePlan: (plan: RestartPlan) => string[];
  describeRestart: (record: RestartRecord) => string;
};

const STEP: Omit<RestartStep, 'name'> = {
  kind: 'replica',
  does: 'restart',
  expectedMs: 4_000,
  deadlineMs: 120_000,
};

const makeStep = (name: string, state: StepRecord['state'], problem?: string): StepRecord => ({
  ...STEP,
  name,
  state,
  startedAt: null,
  endedAt: null,
  problem: problem ?? null,
});

const makeRecord = (state: RestartRecord['state'], ...steps: StepRecord[]): RestartRecord => ({
  id: 'r',
  actor: 'operator: Ana',
  reason: 'new version',
  state,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: state === 'running' ? null : '2026-01-01T00:00:07.500Z',
  steps,
});

describe('the texts of a rolling restart', () => {
  test('the plan has the steps with their expected durations', () => {
    const steps = ['server_1', 'server_2'].map((name) => ({ ...STEP, name }));
    expect(describePlan({ steps })).toEqual([
      '2 steps, about 8.0 s in all, one process at a time:',
      '1. server_1: restart (about 4.0 s)',
      '2. server_2: restart (about 4.0 s)',
    ]);
  });

  test('while it runs and after its end: the steps that are done', () => {
    const [done, running] = [makeStep('a', 'done'), makeStep('b', 'running')];
    expect(describeRestart(makeRecord('running', done, running))).toBe(
      '1 of 2 steps are done. operator: Ana: new version',
    );
    expect(describeRestart(makeRecord('done', done, done))).toBe(
      '2 of 2 steps are done, after 7.5 s. operator: Ana: new version',
    );
  });

  test('a failure names the step, the reason and how to continue', () => {
    const steps = [makeStep('a', 'done'), makeStep('b', 'failed', 'port 5001 is taken')];
    const text = describeRestart(makeRecord('failed', ...steps, makeStep('c', 'skipped')));
    expect(text).toMatch(/^Stopped at b: port 5001 is taken\. 1 of 3 steps are done; the rest is/);
    expect(text).toContain('To continue, restart one by one again');
    const stopped = describeRestart(makeRecord('stopped', steps[0] as StepRecord));
    expect(stopped).toMatch(/^Stopped before the next step\./);
  });
});
