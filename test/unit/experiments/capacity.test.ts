/**
 * The experiment capacity: wrong options are refused before the start, the bottleneck follows from
 * planted figures, ratios are those of a round, and the report names all of it.
 */
import { describe, expect, test } from '@jest/globals';
import {
  countForeignCores,
  nameBottleneck,
  type Load,
} from '../../../experiments/capacity/bottleneck.js';
import {
  ACTIVITIES,
  summarizeSamples,
  toActivity,
  type DatabaseUse,
} from '../../../experiments/capacity/database-use.js';
import { summarizeRounds } from '../../../experiments/capacity/figures.js';
import { capacityObjectives, findUnsaved } from '../../../experiments/capacity/objectives.js';
import { checkFiles, parseSystems } from '../../../experiments/capacity/options.js';
import {
  GATEWAY,
  summarizeLife,
  type PaymentLife,
} from '../../../experiments/capacity/payment-life.js';
import { parseMainThread, type ProcessUse } from '../../../experiments/capacity/process-use.js';
import {
  orderOfRound,
  type CapacityPlan,
  type SystemRound,
} from '../../../experiments/capacity/rounds.js';
import type { CapacityStep } from '../../../experiments/capacity/run-step.js';
import type { StepOutcome } from '../../../experiments/capacity/search.js';
import { CAPACITY_SYSTEMS, type CapacitySystem } from '../../../experiments/capacity/systems.js';
import { capacityNotes } from '../../../experiments/report/capacity-notes.js';
import { capacitySummary } from '../../../experiments/report/capacity-summary.js';
import { capacityTable, pointLine } from '../../../experiments/report/capacity-table.js';
import { capacityPage } from '../../../experiments/report/page/capacity.js';
import { readRequest } from '../../../experiments/request.js';
import { chargeDurationMs } from '../../../shared/simulated-charge.js';

describe('options', () => {
  test.each([
    [['--systems', 'relevo,apache'], '--systems must be some of single-server, relevo, rel'],
    [['--systems', ''], '--systems must be some of'],
    [['--balancer', 'haprox'], '--balancer must be one of haproxy, apache, nginx, got "haprox"'],
    [['--rounds', '0'], '--rounds'],
    [['--instances', '9'], '--instances'],
    [['--most', '0'], '--most'],
    [['--seed', '-1'], '--seed'],
    [['--speed', '2'], '--speed'],
  ])('%j is refused before the start', (words, message) => {
    expect(() => readRequest(['capacity', ...words])).toThrow(message);
  });

  test('systems are in their usual order, each once', () => {
    expect(parseSystems('relevo, single-server,relevo')).toEqual(['single-server', 'relevo']);
  });

  test('more sockets than the machine allows are named before the start', () => {
    expect(checkFiles(1_000, 20_000)).toBeNull();
    expect(checkFiles(2_000, 20_000)).toMatch(
      /^--most 2000: so many users per second, each for up to 5.9 s, need 23,800 open files; this machine allows 20,000 \(ulimit -n\)$/,
    );
    expect(checkFiles(10_000, null)).toBeNull();
  });

  test('each system has each place once in as many rounds', () => {
    const orders = [1, 2, 3].map((round) => orderOfRound(CAPACITY_SYSTEMS, round));
    for (const place of [0, 1, 2])
      expect(new Set(orders.map((order) => order[place])).size).toBe(CAPACITY_SYSTEMS.length);
  });
});

const toUse = (name: string, part: string, share: number, main = share): ProcessUse => ({
  name,
  part,
  isNode: part !== 'PostgreSQL',
  share,
  mainShare: main,
  mainWaitShare: 0.05,
});

const toDatabase = (backends: Partial<DatabaseUse['backends']> = {}): DatabaseUse => ({
  backends: {
    ...(Object.fromEntries(ACTIVITIES.map((one) => [one, 0])) as DatabaseUse['backends']),
    ...backends,
  },
  commitsPerSec: 100,
  pending: { mean: 4, most: 12 },
  samples: 40,
});

const LIFE: PaymentLife = {
  payments: 100,
  acceptMs: 10,
  processMs: 30,
  gatewayMs: 20,
  answerMs: 5,
};

const toLoad = (
  processes: readonly ProcessUse[],
  busyCores: number,
  changes: Partial<Load> = {},
): Load => ({
  machine: { cores: 2, busyCores, processes },
  database: toDatabase(),
  life: LIFE,
  ...changes,
});

describe('the bottleneck', () => {
  const calm = [toUse('server_1', 'replicas', 0.4), toUse('postgres', 'PostgreSQL', 0.3)];

  test('a main thread without room, not a process with many threads', () => {
    const full = toLoad([...calm, toUse('patients_1', 'front', 0.95, 0.9)], 1.7);
    expect(nameBottleneck(full)).toEqual({
      kind: 'event loop',
      name: 'patients_1',
      evidence: 'The main thread of patients_1 used 90 % of a core.',
    });
    const threads = toLoad([...calm, toUse('patients_1', 'front', 1.1, 0.6)], 1.7);
    expect(nameBottleneck(threads).kind).not.toBe('event loop');
    const unknown = toLoad([...calm, toUse('patients_1', 'front', 0.9, NaN)], 1.7);
    expect(nameBottleneck(unknown).name).toBe('patients_1');
  });

  test('the generator is named as such, not as a limit of the system', () => {
    const full = toLoad([...calm, toUse('generator', 'generator', 0.97)], 1.7);
    expect(nameBottleneck(full).kind).toBe('generator');
  });

  test('PostgreSQL may use more than a core without being an event loop', () => {
    const busy = toLoad([toUse('postgres', 'PostgreSQL', 1.2)], 1.5);
    expect(nameBottleneck(busy).kind).not.toBe('event loop');
  });

  test('a full machine: the largest part, the generator and other programs have their shares', () => {
    const full = toLoad([...calm, toUse('generator', 'generator', 0.5)], 1.9);
    expect(nameBottleneck(full)).toMatchObject({ kind: 'machine', name: 'other programs' });
    const alone = toLoad(full.machine.processes, 1.9);
    expect(
      nameBottleneck({ ...alone, machine: { ...alone.machine, cores: 1, busyCores: 1.2 } }),
    ).toMatchObject({
      name: 'replicas',
    });
    expect(nameBottleneck(full).evidence).toBe(
      '95 % of 2 cores were busy: other programs 70 % of a core, the generator 50 %, replicas 40 %, PostgreSQL 30 %.',
    );
    expect(countForeignCores(full.machine)).toBeCloseTo(0.7);
  });

  test.each([
    ['WAL', 'commits'],
    ['lock', 'locks'],
    ['IO', 'disk'],
  ] as const)('most backends wait for %s: %s', (activity, kind) => {
    const database = toDatabase({ [activity]: 2, running: 0.5 });
    expect(nameBottleneck(toLoad(calm, 1, { database })).kind).toBe(kind);
    const few = toDatabase({ [activity]: 2, running: 3 });
    expect(nameBottleneck(toLoad(calm, 1, { database: few })).kind).toBe('processing');
  });

  test.each([
    ['acceptMs', 'acceptance'],
    ['processMs', 'processing'],
    ['gatewayMs', 'gateway'],
    ['answerMs', 'answer'],
  ] as const)('otherwise the longest stage of a payment: %s', (stage, kind) => {
    const life = { ...LIFE, [stage]: 900 };
    expect(nameBottleneck(toLoad(calm, 1, { life })).kind).toBe(kind);
  });

  test('without a payment it is unknown', () => {
    expect(nameBottleneck(toLoad(calm, 1, { life: null })).kind).toBe('unknown');
  });
});

describe('figures of a step', () => {
  test('waits of PostgreSQL are sorted into activities', () => {
    expect(toActivity(null, null)).toBe('running');
    expect(toActivity('IO', 'WalSync')).toBe('WAL');
    expect(toActivity('LWLock', 'WALWrite')).toBe('WAL');
    expect(toActivity('IPC', 'SyncRep')).toBe('WAL');
    expect(toActivity('Lock', 'transactionid')).toBe('lock');
    expect(toActivity('IO', 'DataFileRead')).toBe('IO');
    expect(toActivity('Client', 'ClientRead')).toBe('client');
    expect(toActivity('Timeout', 'PgSleep')).toBe('other');
  });

  test('samples become averages, and commits a rate', () => {
    const use = summarizeSamples([
      { atMs: 0, commits: 10, pending: 2, backends: [{ activity: 'WAL', count: 2 }] },
      { atMs: 500, commits: 60, pending: 4, backends: [] },
    ]);
    expect(use).toMatchObject({ commitsPerSec: 100, pending: { mean: 3, most: 4 }, samples: 2 });
    expect(use.backends).toMatchObject({ WAL: 1, running: 0 });
  });

  test('the stages of a payment sum up to its latency', () => {
    const paid = [{ id: 'a', dueMs: 1_000, answeredMs: 1_100 }];
    const row = { id: 'a', status: 'SUCCEEDED', acceptedMs: 1_010, completedMs: 1_090 };
    const life = summarizeLife(paid, new Map([['a', row]]));
    expect(life).toMatchObject({ payments: 1, acceptMs: 10, answerMs: 10 });
    expect(life?.gatewayMs).toBe(chargeDurationMs('a', GATEWAY));
    expect((life?.processMs ?? 0) + (life?.gatewayMs ?? 0)).toBeCloseTo(80);
    const unfinished = new Map([['a', { ...row, completedMs: null }]]);
    expect(summarizeLife(paid, unfinished)).toBeNull();
  });

  test('the main thread is read in nanoseconds; an unreadable text has no value', () => {
    expect(parseMainThread('68728981731 27758563807 116453\n')).toEqual({
      runMs: 68_728.981731,
      waitMs: 27_758.563807,
    });
    expect(parseMainThread('')).toEqual({ runMs: NaN, waitMs: NaN });
  });
});

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
