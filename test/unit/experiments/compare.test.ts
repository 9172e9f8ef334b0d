/**
 * A comparison: the same schedule for every system, the targets of a failure, its cost, the gain of
 * a step, the table.
 */
import { describe, expect, test } from '@jest/globals';
import { gainOf, tollOf } from '../../../experiments/report/facts/comparison.js';
import { selectInstances, selectTargets } from '../../../experiments/faults/select-targets.js';
import type { RunEvidence, RequestRecord } from '../../../experiments/record/history.js';
import type { SystemRecord } from '../../../experiments/record/run-record.js';
import { compareTable } from '../../../experiments/report/compare-table.js';
import type { ExperimentResult } from '../../../experiments/record/result.js';
import {
  checkOptions,
  planTrial,
  trafficOf,
  type AvailabilityOptions,
} from '../../../experiments/scenarios/availability-options.js';
import {
  everyPayment,
  morePayments,
} from '../../../experiments/scenarios/availability-objectives.js';
import { summarizeTrial } from '../../../experiments/record/trial-summary.js';
import { emptyEvidence, paymentRow, requestRecord } from '../../support/evidence.js';

const DEADLINE_MS = 100;

const OPTIONS: AvailabilityOptions = {
  trials: 5,
  requests: 230,
  failures: 10,
  fault: null,
  traffic: null,
  balancer: null,
  standby: false,
  victims: null,
  repeat: null,
  rate: 10,
  deadline: 1_000,
  pause: 1_000,
  monitors: 1,
  replicas: 3,
  compare: true,
  seed: 7,
};

describe('the schedule', () => {
  test('depends only on seed, requests and failures: the same for systems of one server and of three', () => {
    const [one, three]: AvailabilityOptions[] = [
      { ...OPTIONS, replicas: 2, rate: 5 },
      { ...OPTIONS, monitors: 3, fault: 'freeze' },
    ];
    expect(planTrial(one as AvailabilityOptions, 2)).toEqual(
      planTrial(three as AvailabilityOptions, 2),
    );
    expect(planTrial(OPTIONS, 1)).not.toEqual(planTrial(OPTIONS, 2));
    expect(planTrial(OPTIONS, 1)).not.toEqual(planTrial({ ...OPTIONS, seed: 8 }, 1));
    expect(planTrial(OPTIONS, 1)).toHaveLength(10);
  });

  test.each([
    [{ fault: 'flood' }, /--fault must be one of kill, freeze, restart, got "flood"/],
    [{ traffic: 'rush' }, /--traffic must be open, batch or closed, got "rush"/],
    [{ monitors: 2 }, /odd/],
    [{ failures: 231 }, /at least as many --requests/],
    [{ victims: 'instances' }, /need --balancer/],
    [{ balancer: 'haproxy' }, /--compare runs without --balancer/],
    [{ balancer: 'haproxy', compare: false, victims: 'all' }, /one of replicas, instances, both/],
    [{ balancer: 'haproxy', compare: false, repeat: 'some' }, /one of safe, none, all/],
    [{ balancer: 'squid', compare: false }, /one of haproxy, apache, nginx, got "squid"/],
  ])('%j is refused in a sentence', (wrong, sentence) =>
    expect(checkOptions({ ...OPTIONS, ...wrong })).toMatch(sentence),
  );

  test.each([
    [{}, { leader: 3, standby: 2, instance: 5 }],
    [{ victims: 'instances' }, { instance: 10 }],
    [{ victims: 'replicas' }, { leader: 7, standby: 3 }],
  ])('behind a balancer, %j: %j', (victims, expected) => {
    const counts: Record<string, number> = {};
    for (const { target } of planTrial({ ...OPTIONS, balancer: 'haproxy', ...victims }, 1))
      counts[target] = (counts[target] ?? 0) + 1;
    expect(counts).toEqual(expected);
  });

  test('defaults to a kill under open traffic', () => {
    expect(checkOptions(OPTIONS)).toBeNull();
    expect([trafficOf(OPTIONS), trafficOf({ traffic: 'batch' })]).toEqual(['open', 'batch']);
  });
});

describe('victims', () => {
  const three = (...free: boolean[]) =>
    free.map((each, index) => ({ name: `server_${index + 1}`, free: each }));

  test.each([
    ['the leader', three(true, true, true), 'server_2', 'leader', ['server_2']],
    ['a standby', three(true, true, true), 'server_2', 'standby', ['server_1', 'server_3']],
    ['none: the leader is unavailable', three(true, false, true), 'server_2', 'leader', []],
    ['none: no leader yet', three(true, true, true), null, 'leader', []],
    ['none: it would be the last', three(true, false, false), 'server_1', 'leader', []],
    ['the only one, as leader', three(true), 'server_1', 'leader', ['server_1']],
    ['the only one, as standby', three(true), 'server_1', 'standby', ['server_1']],
    ['none: the only one is unavailable', three(false), 'server_1', 'leader', []],
  ] as const)('%s', (_what, replicas, leader, role, expected) =>
    expect(selectTargets(replicas, leader, role)).toEqual(expected),
  );

  test('any free instance, and never the last one', () => {
    expect(selectInstances(three(true, false, true))).toEqual(['server_1', 'server_3']);
    expect(selectInstances(three(false, false, true))).toEqual([]);
    const down = new Set(['server_1']);
    expect(selectInstances(three(true, true, true), down)).toEqual(['server_2', 'server_3']);
    expect(selectInstances(three(true, false, true), down)).toEqual([]);
  });
});

/**
 * One request in time, one paid too late, one cut off and paid after all, one refused, one
 * declined, one cut off and never paid.
 */
const requests: RequestRecord[] = [
  requestRecord({ key: 'in-time', paymentId: 'p1', answeredMs: 50 }),
  requestRecord({ key: 'slow', paymentId: 'p2', answeredMs: 500 }),
  requestRecord({ key: 'cut-off', paymentId: null, status: null, error: 'ECONNRESET' }),
  requestRecord({
    key: 'refused',
    paymentId: null,
    status: null,
    error: 'UNAVAILABLE',
    httpStatus: 503,
  }),
  requestRecord({ key: 'declined', paymentId: 'p5', status: 'DECLINED' }),
  requestRecord({ key: 'forgotten', paymentId: null, status: null, error: 'ECONNRESET' }),
];
const payments = [
  paymentRow({ id: 'p1', key: 'in-time' }),
  paymentRow({ id: 'p2', key: 'slow' }),
  paymentRow({ id: 'p3', key: 'cut-off' }),
  paymentRow({ id: 'p5', key: 'declined', status: 'DECLINED' }),
  paymentRow({ id: 'p6', key: 'forgotten', status: 'PENDING', completedMs: null }),
];

function trialOf({ requests: sent, payments: rows }: RunEvidence) {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return summarizeTrial({
    requests: sent,
    payments: byId,
    faults: [],
    handovers: [],
    deadlineMs: DEADLINE_MS,
  });
}

test('the toll: late when a payment resulted, lost when none did, declined neither', () => {
  const evidence = emptyEvidence({ requests, payments });
  expect(tollOf(evidence, trialOf(evidence))).toEqual({
    sent: 6,
    inTime: 1,
    late: 2,
    lost: 2,
    errors: 3,
  });
});

describe('the gain of a step', () => {
  test('the published 1139 of 1150 against all of 1150: 0.957 points, 11 requests, not by chance', () => {
    const gain = gainOf({ sent: 1150, inTime: 1139 }, { sent: 1150, inTime: 1150 });
    expect(gain.points).toBeCloseTo(0.9565, 3);
    expect(gain.requests).toBe(11);
    expect(gain.test.p).toBeGreaterThan(0.0005);
    expect(gain.test.p).toBeLessThan(0.0015);
  });

  test('zero when both served all; a negative gain is reported too', () => {
    expect(gainOf({ sent: 40, inTime: 40 }, { sent: 40, inTime: 40 })).toMatchObject({
      points: 0,
      requests: 0,
      test: { p: 1 },
    });
    expect(gainOf({ sent: 40, inTime: 40 }, { sent: 40, inTime: 30 })).toMatchObject({
      points: -25,
      requests: -10,
    });
  });
});

test('objectives: every payment in time; and the published design must lose some', () => {
  const served = (withinDeadline: number) => ({
    sent: 10,
    withinDeadline,
    availability: withinDeadline / 10,
  });
  expect(everyPayment(1_000, served(9))).toMatchObject({ target: 1, actual: 0.9, met: false });
  expect(everyPayment(1_000, served(10))).toMatchObject({ actual: 1, met: true });
  expect(morePayments(served(7), served(10))).toMatchObject({ target: 1, actual: 3, met: true });
  expect(morePayments(served(10), served(10))).toMatchObject({ actual: 0, met: false });
});

describe('the table', () => {
  const journal = (
    system: string,
    evidence: RunEvidence,
    rest: Partial<SystemRecord> = {},
  ): SystemRecord => ({
    system,
    what: system,
    startedMs: 0,
    endedMs: 1,
    evidence,
    violations: [],
    findings: [],
    missing: [],
    histograms: [],
    ...rest,
  });
  const some = emptyEvidence({ requests, payments });
  const id = '00000000-0000-7000-8000-000000000000';
  const systems = [
    journal('single-server', some),
    journal('published', some, { violations: [{ rule: 'charged-not-saved', ids: [id, id, id] }] }),
    journal('relevo', emptyEvidence({ requests: requests.slice(0, 1), payments })),
  ];
  const result: ExperimentResult = {
    name: 'availability',
    seed: 7,
    commit: 'x',
    startedAt: '',
    durationMs: 1,
    verdict: 'valid',
    violations: [],
    objectives: [everyPayment(100, { sent: 1, withinDeadline: 1, availability: 1 })],
    systems: systems.map(({ system, evidence }) => ({
      system,
      trials: [],
      total: trialOf(evidence),
    })),
  };
  const text = compareTable(result, systems, 'open');

  test('a row per system, the published one next to it, the gain of each step', () => {
    expect(text).toMatch(/single-server +1\/6 +16\.667 % .* 2 +2 +3 /);
    expect(text).toMatch(/relevo +1\/1 +100\.000 %/);
    expect(text).toMatch(/report +1139\/1150 +99\.043 %/);
    expect(text).toMatch(/a queue, retries, fenced hand-over +\+83\.333 +\+0/);
  });

  test('violations of a baseline are listed under its name and do not affect the verdict', () => {
    expect(text).toMatch(/published:\n {4}charged-not-saved: 3 — /);
    expect(text).toMatch(/single-server: none/);
    expect(text).toContain('Verdict: valid');
  });

  test.each(['open', 'batch', 'closed'] as const)(
    '%s: no line is wider than 80 columns',
    (mode) => {
      for (const line of compareTable(result, systems, mode).split('\n'))
        expect(line.length).toBeLessThanOrEqual(80);
    },
  );
});
