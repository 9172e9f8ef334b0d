/** The experiment capacity: ratios are those of a round, and the report names all of it. */
import { describe, expect, test } from '@jest/globals';
import { nameBottleneck } from '../../../experiments/capacity/bottleneck.js';
import { summarizeRounds } from '../../../experiments/capacity/figures.js';
import { capacityObjectives, findUnsaved } from '../../../experiments/capacity/objectives.js';
import type { CapacityPlan, SystemRound } from '../../../experiments/capacity/rounds.js';
import type { CapacityStep } from '../../../experiments/capacity/run-step.js';
import type { StepOutcome } from '../../../experiments/capacity/search.js';
import { CAPACITY_SYSTEMS, type CapacitySystem } from '../../../experiments/capacity/systems.js';
import { capacityNotes } from '../../../experiments/report/capacity-notes.js';
import { capacitySummary } from '../../../experiments/report/capacity-summary.js';
import { capacityTable, pointLine } from '../../../experiments/report/capacity-table.js';
import { capacityPage } from '../../../experiments/report/page/capacity.js';
import { toLoad, toUse } from './capacity-loads.js';

const toStep = (
  perSec: number,
  outcome: StepOutcome,
  changes: Partial<CapacityStep> = {},
): CapacityStep => {
  const load = toLoad(
    [
      toUse('generator', 'generator', 0.3),
      toUse('server_1', 'replicas', 0.9),
      toUse('postgres', 'PostgreSQL', 0.4),
    ],
    1.6,
  );
  return {
    perSec,
    outcome,
    endedEarly: outcome !== 'passed',
    users: perSec * 8,
    requests: perSec * 32,
    completed: perSec * 32,
    latencyMs: { min: 1, max: 700, median: 5, p95: outcome === 'passed' ? 40 : 620, p99: 640 },
    errors: {},
    generatorLateMs: 3,
    ...load,
    bottleneck: nameBottleneck(load),
    paid: 10,
    saved: 10,
    handovers: 0,
    left: 0,
    ...changes,
  };
};

/** A search that passes `perSec` and does not pass a rate above it. */
const toRound = (
  round: number,
  system: CapacitySystem,
  perSec: number,
  outcome: StepOutcome = 'failed',
): SystemRound => ({
  round,
  system,
  steps: [
    toStep(perSec, 'passed'),
    ...(outcome === 'passed' ? [] : [toStep(perSec * 1.1, outcome, { errors: { 'HTTP 503': 3 } })]),
  ],
});

const FOUND = [
  toRound(1, 'single-server', 100),
  toRound(1, 'relevo', 80),
  toRound(1, 'relevo-balanced', 150),
  toRound(2, 'relevo', 100),
  toRound(2, 'relevo-balanced', 140),
  toRound(2, 'single-server', 200),
];

describe('figures of the systems', () => {
  const [single, relevo, balanced] = summarizeRounds(CAPACITY_SYSTEMS, FOUND);

  test('each ratio is to the baseline of the same round', () => {
    expect(single?.ratio).toEqual({ median: 1, min: 1, max: 1 });
    expect(relevo?.ratio).toEqual({ median: 0.65, min: 0.5, max: 0.8 });
    expect(relevo?.perSec).toEqual({ median: 90, min: 80, max: 100 });
    expect(balanced?.ratio?.max).toBe(1.5);
  });

  test('without the baseline there is no ratio', () => {
    expect(summarizeRounds(['relevo'], [toRound(1, 'relevo', 80)])[0]?.ratio).toBeNull();
  });

  test('bottlenecks are counted over the rounds', () => {
    expect(single?.bottlenecks).toMatchObject([
      { bottleneck: { kind: 'event loop', name: 'server_1' }, rounds: 2 },
    ]);
  });

  test('only a rate that the system itself failed is a saturation point', () => {
    const found = (outcome: StepOutcome): boolean | undefined =>
      capacityObjectives(summarizeRounds(['relevo'], [toRound(1, 'relevo', 80, outcome)]))[0]?.met;
    expect(found('failed')).toBe(true);
    expect(found('inconclusive')).toBe(false);
    expect(found('passed')).toBe(false);
  });

  test('a payment that was answered and is not saved is a violation', () => {
    expect(findUnsaved(FOUND)).toEqual([]);
    const lost = { ...toRound(3, 'relevo', 80), steps: [toStep(80, 'passed', { saved: 8 })] };
    expect(findUnsaved([lost])).toEqual([
      { rule: 'answered as succeeded and not saved', ids: ['relevo, round 3: 2 of 10'] },
    ]);
  });
});

describe('report', () => {
  const figures = summarizeRounds(CAPACITY_SYSTEMS, FOUND);
  const plan: CapacityPlan = {
    systems: CAPACITY_SYSTEMS,
    balancer: 'haproxy',
    instances: 3,
    rounds: 2,
    seconds: 10,
    warmUpSeconds: 2,
    startPerSec: 20,
    growth: 1.5,
    mostPerSec: 1_000,
    halvings: 3,
    tries: 2,
    seed: 1,
    progress: { show: () => undefined, end: () => undefined },
    signal: new AbortController().signal,
  };
  const result = {
    name: 'capacity',
    seed: 1,
    commit: 'abc',
    startedAt: '2026-11-29T13:00:00.000Z',
    durationMs: 1_000,
    verdict: 'valid' as const,
    violations: [],
    objectives: capacityObjectives(figures),
    systems: [],
  };
  const journal = {
    result,
    command: 'npm run experiment -- capacity',
    deadlineMs: 0,
    machine: { cpu: '<cpu>', cores: 2, memoryGb: 1, os: 'linux', versions: {} },
    plan: null,
    notes: capacityNotes(plan, FOUND),
    systems: [],
  };

  test('the table has rates, ratios and bottlenecks in 80 columns', () => {
    const table = capacityTable(figures, plan, result);
    expect(table).toMatch(/^single-server +150\.0 +100\.0–200\.0 +1\.00 +1\.00–1\.00 +600$/m);
    expect(table).toMatch(/^relevo +90\.0 +80\.0–100\.0 +0\.65 +0\.50–0\.80 +360$/m);
    expect(table).toContain(
      'Next bottleneck of relevo (2 of 2 rounds): the event loop of server_1.',
    );
    expect(table).toContain('Failed requests of relevo at 88.0 users/s: HTTP 503 3.');
    expect(table).toContain('Met: saturation points found: 6 of 6');
    expect(table.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('a rate that only the generator limited is marked', () => {
    const limited = [toRound(1, 'relevo', 80, 'inconclusive')];
    const table = capacityTable(summarizeRounds(['relevo'], limited), plan, result);
    expect(table).toMatch(/^relevo +≥ 80\.0/m);
    expect(limited.map(pointLine).join()).toContain('at least: the generator was late');
    expect(capacityNotes(plan, limited).join(' ')).toContain('In 1 step that did not pass');
  });

  test('the page has a chart of rates, of latency, of completion and of each system', () => {
    const page = capacityPage(journal, figures, FOUND, plan);
    expect(page.match(/<svg class="chart"/g)).toHaveLength(3 + CAPACITY_SYSTEMS.length);
    expect(page).toContain('&lt;cpu&gt;');
    expect(page).not.toContain('NaN');
  });

  test('a run in which nothing passed can be reported', () => {
    const none: SystemRound[] = [{ round: 1, system: 'relevo', steps: [toStep(20, 'failed')] }];
    const zero = summarizeRounds(['relevo'], none);
    expect(capacityTable(zero, plan, result)).toMatch(/^relevo +0\.0/m);
    expect(capacityPage(journal, zero, none, plan)).not.toContain('NaN');
  });

  test('the summary has every table', () => {
    const text = capacitySummary(journal, figures, plan);
    expect(text).toContain('| relevo | 90.0 |');
    expect(text).toContain('**Life of a payment, mean ms, and pending payments**');
  });
});
