/**
 * The figures of a report: intervals, percentiles, the trial's row, the split of a hand-over, the
 * exit code.
 */
import { describe, expect, test } from '@jest/globals';
import { parseExperimentOptions } from '../../../experiments/arguments.js';
import { ArgumentError } from '../../../shared/arguments/parse.js';
import { planFaults } from '../../../experiments/faults/plan.js';
import { handoversSince, leaderAt } from '../../../experiments/record/handovers.js';
import type {
  RecordedElection,
  PaymentRow,
  RequestRecord,
} from '../../../experiments/record/history.js';
import { formatTable } from '../../../experiments/report/table.js';
import { exitCode, type ExperimentResult } from '../../../experiments/record/result.js';
import { percentile } from '../../../shared/percentile.js';
import { wilson95 } from '../../../experiments/statistics/statistics.js';
import { summarizeTrial } from '../../../experiments/record/trial-summary.js';
import { seededRandom } from '../../../shared/random.js';
import { electionRow, paymentRow, requestRecord } from '../../support/evidence.js';

describe('statistics', () => {
  test.each([
    [1139, 1150, 0.98296, 0.99466],
    [1150, 1150, 0.99667, 1],
    [0, 10, 0, 0.27753],
    [0, 0, 0, 1],
  ])('Wilson interval of %i in %i', (successes, trials, low, high) => {
    const interval = wilson95(successes, trials);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  });

  test('percentiles by nearest rank, for any order of the samples', () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0.01, 0.5, 0.95, 0.99, 1].map((share) => percentile(samples, share))).toEqual([
      1, 50, 95, 99, 100,
    ]);
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('trial summary', () => {
  const request = (paymentId: string, rest: Partial<RequestRecord> = {}): RequestRecord =>
    requestRecord({ key: paymentId, paymentId, sentMs: 50, answeredMs: 100, ...rest });
  const row = (id: string, status: PaymentRow['status']): [string, PaymentRow] => [
    id,
    paymentRow({ id, key: id, status }),
  ];

  test('available: SUCCEEDED, in PostgreSQL, within the deadline from the intended time', () => {
    const requests = [
      request('good'),
      request('late', { answeredMs: 101 }),
      request('not in the record'),
      request('declined', { status: 'DECLINED' }),
      request('waiting', { status: 'PENDING', error: 'STILL_PENDING' }),
      request('cut', { status: null, paymentId: null, error: 'ECONNRESET' }),
    ];
    const payments = new Map([
      row('good', 'SUCCEEDED'),
      row('late', 'SUCCEEDED'),
      row('declined', 'DECLINED'),
    ]);
    expect(
      summarizeTrial({ requests, payments, faults: [], handovers: [], deadlineMs: 100 }),
    ).toMatchObject({
      sent: 6,
      succeeded: 3,
      declined: 1,
      failed: 0,
      pending: 2,
      withinDeadline: 1,
      availability: 1 / 6,
      errors: { STILL_PENDING: 1, ECONNRESET: 1 },
    });
  });
});

describe('fault plan', () => {
  test('the same seed gives the same plan, another seed another one', () => {
    const plan = (seed: number) =>
      planFaults(seededRandom(seed, 'faults'), 230, 10, { leader: 2 / 3, instance: 0 });
    expect(plan(1)).toEqual(plan(1));
    expect(plan(1)).not.toEqual(plan(2));
  });

  test('one fault per segment, two of three at the leader', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const plan = planFaults(seededRandom(seed), 230, 10, { leader: 2 / 3, instance: 0 });
      plan.forEach(({ atRequest }, index) => expect(Math.floor(atRequest / 23)).toBe(index));
      expect(plan.filter(({ target }) => target === 'leader')).toHaveLength(7);
    }
  });

  test('more failures than requests are refused', () => {
    expect(() => planFaults(seededRandom(1), 5, 6, { leader: 1, instance: 0 })).toThrow(RangeError);
  });
});

describe('hand-overs', () => {
  const election = (term: number, leader: string, electedMs: number): RecordedElection =>
    electionRow({
      term,
      leader,
      kind: 'kill',
      electedMs,
      suspectedMs: electedMs - 5,
      promotedMs: electedMs + 3,
      reclaimedMs: electedMs + 7,
      firstCommitMs: electedMs + 30,
    });

  test('the steps run from the fault at the previous leader to the first commit', () => {
    const elections = [election(1, 'server_1', 0), election(2, 'server_2', 1_000)];
    expect(
      handoversSince(
        elections,
        [
          { target: 'server_1', atMs: 990 },
          { target: 'server_3', atMs: 994 },
        ],
        500,
      ),
    ).toEqual([
      {
        kind: 'kill',
        term: 2,
        detectMs: 5,
        voteMs: 5,
        promoteMs: 3,
        reclaimMs: 4,
        firstCommitMs: 23,
        totalMs: 40,
      },
    ]);
  });

  test('a fault that ended long before the suspicion is not its cause; one that just ended may be', () => {
    const elections = [election(1, 'server_1', 0), election(2, 'server_2', 9_000)];
    const [late] = handoversSince(
      elections,
      [{ target: 'server_1', atMs: 4_000, healedMs: 5_000 }],
      500,
    );
    expect(late).not.toHaveProperty('totalMs');
    const [caused] = handoversSince(
      elections,
      [{ target: 'server_1', atMs: 8_000, healedMs: 8_500 }],
      500,
    );
    expect(caused).toMatchObject({ detectMs: 995, totalMs: 1_030 });
  });

  test('the leader at a given time', () => {
    const elections = [election(2, 'server_2', 1_000), election(1, 'server_1', 0)];
    expect([-1, 0, 999, 1_000].map((atMs) => leaderAt(elections, atMs))).toEqual([
      null,
      'server_1',
      'server_1',
      'server_2',
    ]);
  });

  test('an election without an injected fault has no detection and no total', () => {
    const [handover] = handoversSince(
      [election(1, 'server_1', 0), election(2, 'server_2', 1_000)],
      [],
      500,
    );
    expect(handover).toEqual({
      kind: 'kill',
      term: 2,
      voteMs: 5,
      promoteMs: 3,
      reclaimMs: 4,
      firstCommitMs: 23,
    });
  });
});

describe('exit code', () => {
  const objective = (met: boolean) => ({ name: 'o', target: 1, actual: met ? 1 : 0, met });
  test.each<[ExperimentResult['verdict'], boolean, number]>([
    ['valid', true, 0],
    ['valid', false, 1],
    ['invalid', true, 2],
    ['invalid', false, 2],
    ['unknown', true, 3],
  ])('verdict %s, objective met %s → %i', (verdict, met, expected) => {
    expect(exitCode({ verdict, objectives: [objective(met)] })).toBe(expected);
  });
});

describe('arguments', () => {
  const table = { count: { default: 5, min: 1, max: 10, doc: 'how many' } } as const;
  test('defaults, values and --json', () => {
    expect(parseExperimentOptions(table, [])).toEqual({
      options: { count: 5 },
      json: null,
      help: false,
    });
    expect(parseExperimentOptions(table, ['--count', '7', '--json', 'x.json'])).toMatchObject({
      options: { count: 7 },
      json: 'x.json',
    });
  });
  test.each([
    [['--count', '0']],
    [['--count', '11']],
    [['--count', '1.5']],
    [['--count', '']],
    [['--other', '1']],
    [['word']],
    [['--count']],
  ])('%j is refused', (args) => {
    expect(() => parseExperimentOptions(table, args)).toThrow(ArgumentError);
  });
});

test('a table fits its columns and aligns figures to the right', () => {
  expect(
    formatTable(
      ['name', 'n'],
      [
        ['a', '1'],
        ['long', '10'],
      ],
    ),
  ).toBe('name   n\n────  ──\na      1\nlong  10');
});
