import type { RestartRecord } from '../../../../shared/contracts/rolling-restart.js';
import { formatEnd, formatPlan, listEnded } from '../../../../cli/commands/restart-text.js';
import { planRestart } from '../../../../local/rolling/plan.js';
import { toWaiting } from '../../../../local/rolling/runner.js';

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

const STEPS = planRestart({
  instances: [{ name: 'patients_1', admin: 'maint' }],
  replicas: [{ name: 'server_1', admin: 'ready' }],
  leader: 'server_1',
  monitors: ['monitor_1'],
  gateway: null,
  rounds: null,
  balancer: 'haproxy',
  longestPaymentMs: 65_000,
});

describe('relevo restart', () => {
  const record: RestartRecord = {
    id: 'r',
    actor: 'operator',
    reason: 'test',
    state: 'failed',
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:09.000Z',
    steps: STEPS.map(toWaiting),
  };

  it('prints the plan within 80 columns, with the time of each step and of all', () => {
    const text = formatPlan(STEPS);
    expect(text).toMatch(/3 +monitor_1 +about 4\.0 s +restart, wait for a leader/);
    expect(text).toContain('In all about 11.0 s');
    expect(widest(text)).toBeLessThanOrEqual(80);
  });

  it('names the step that failed and the way to continue', () => {
    const [first, second] = record.steps;
    const times = { startedAt: record.startedAt, endedAt: record.endedAt };
    Object.assign(first as object, { state: 'done', ...times });
    Object.assign(second as object, { state: 'failed', problem: 'it ended', ...times });
    expect(listEnded(record, 1)).toEqual(['server_1: failed after 9.0 s']);
    const text = formatEnd(record);
    expect(text).toContain('Stopped at server_1: it ended. 1 of 4 steps are done');
    expect(text.replaceAll('\n', ' ')).toContain('repeat `relevo restart --rolling`');
    expect(widest(text)).toBeLessThanOrEqual(80);
  });
});
