/** The figures of a run of the experiment failover: promises, kinds, tables and bars. */
import { describe, expect, test } from '@jest/globals';
import { silenceP99Ms, TAKE_OVER_MS, voteSpreadMs } from '../../../experiments/failover/bounds.js';
import { FailoverFigures } from '../../../experiments/failover/figures.js';
import {
  HANDOVER_KINDS,
  HANDOVERS,
  readKinds,
  explainUnfit,
} from '../../../experiments/failover/kinds.js';
import { bars, sizeBelow } from '../../../experiments/report/bars.js';
import { failoverTable } from '../../../experiments/report/failover-table.js';
import { failover } from '../../../experiments/scenarios/failover.js';
import { paymentRow } from '../../support/evidence.js';
import { GATEWAY_MS, calm, during, handover, evidence } from './failover-evidence.js';

describe('the figures of a run', () => {
  const figures = () => {
    const run = new FailoverFigures({
      kinds: ['kill', 'planned'],
      monitors: 1,
      deadlineMs: 100,
      chargeMs: () => GATEWAY_MS,
    });
    const traffic = {
      mode: 'open' as const,
      sent: 102,
      lateSends: 2,
      worstLatenessMs: 7,
      droppedSends: 1,
    };
    const payments = [...calm, ...during].map(({ paymentId, key }) =>
      paymentRow({ id: paymentId ?? '', key }),
    );
    run.add(
      { handovers: [handover()], requests: [...calm, ...during], traffic },
      evidence({ payments }),
    );
    run.add(
      { handovers: [handover({ kind: 'planned' })], requests: [...calm, ...during], traffic },
      evidence({ payments }),
    );
    return run;
  };

  test('a row per kind, with the payments that were due from the fault until the system was steady again', () => {
    const [kill] = figures().trials();
    expect(kill).toMatchObject({
      sent: 2,
      succeeded: 2,
      withinDeadline: 2,
      faults: [{ kind: 'kill', target: 'server_1', atMs: 0, healedAtMs: 200 }],
    });
  });

  test('each promise with its target and its result, and no payment may fail', () => {
    expect(figures().objectives({ sent: 204, withinDeadline: 203 })).toEqual([
      { name: 'kill: p50 ms fault → commit seen', target: 50, actual: 60, met: false },
      { name: 'kill: p99 ms fault → commit seen', target: 150, actual: 60, met: true },
      { name: 'planned: p99 ms longest extra wait', target: 25, actual: 60, met: false },
      { name: 'payments that did not succeed in time', target: 0, actual: 1, met: false },
    ]);
  });

  test('the journal has histograms of every measured quantity', () => {
    const names = figures()
      .histograms()
      .map(({ name, count }) => `${name} ${count}`);
    expect(names).toEqual(
      expect.arrayContaining([
        'kill: fault to first commit seen 1',
        'kill: detect 1',
        'planned: extra wait 1',
        'planned: gateway 1',
      ]),
    );
    expect(names).not.toContain('planned: detect 0');
  });

  test('the tables fit 80 columns for any figures, and report skipped rounds and the lateness of the generator', () => {
    const run = figures();
    const trials = run.trials();
    const slow = 123_456;
    for (const observation of run.kinds().flatMap(({ observations }) => observations)) {
      Object.assign(observation, {
        extraMs: slow,
        calmExtraMs: slow,
        gapMs: slow,
        calmGapMs: slow,
      });
      Object.assign(observation.handover, { detectMs: slow, reclaimMs: slow, totalMs: slow });
    }
    const text = failoverTable(
      {
        name: 'failover',
        seed: 1,
        commit: 'c',
        startedAt: '',
        durationMs: 1,
        verdict: 'valid',
        violations: [],
        objectives: run.objectives({ sent: 1, withinDeadline: 1 }),
        systems: [{ system: 'relevo', trials, total: trials[0] as never }],
      },
      run,
      ['kill+monitor needs 3 monitors', 'partition was not measured, because '.repeat(4)],
    );
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toContain('Skipped: kill+monitor needs 3 monitors');
    expect(text).toContain('Generator: 4 of 204 sent late (worst 7 ms), 2 not sent');
  });
});

describe('kinds', () => {
  test('a list of kinds, each once; an unknown word is named', () => {
    expect(readKinds('kill, planned,kill')).toEqual({ kinds: ['kill', 'planned'] });
    expect(readKinds(null)).toEqual({ kinds: HANDOVER_KINDS });
    expect(readKinds('kill,burn')).toEqual({ unknown: 'burn' });
  });

  test('impossible arguments are refused with a sentence', () => {
    const check = (rest: object) =>
      failover.check?.({
        of: null,
        unsafe: false,
        route: null,
        count: 1,
        kinds: null,
        rate: 100,
        deadline: 5_000,
        monitors: 1,
        seed: 1,
        ...rest,
      });
    expect(check({})).toBeNull();
    expect(check({ kinds: 'burn' })).toMatch(/there is no "burn"/);
    expect(check({ kinds: 'kill+monitor' })).toBe('kill+monitor needs 3 monitors');
    expect(check({ monitors: 2 })).toBe('--monitors must be odd');
    expect(check({ route: 'haproxy' })).toBe('--route needs --of record');
    expect(check({ of: 'queue', route: 'pool' })).toBe('--route needs --of record');
    expect(check({ of: 'record', route: 'pool,nginx' })).toMatch(/--route must be/);
    expect(check({ of: 'record', route: 'pool,haproxy' })).toBeNull();
    expect(explainUnfit('kill+monitor', 3)).toBeNull();
    expect(check({ of: 'record', unsafe: true })).toBeNull();
    expect(check({ of: 'record', unsafe: true, kinds: 'node-frozen' })).toBeNull();
    expect(check({ of: 'record', unsafe: true, kinds: 'switchover' })).toMatch(/node-frozen/);
    expect(check({ of: 'queue', unsafe: true })).toBe('--unsafe needs --of record');
    expect(check({ unsafe: true })).toBe('--unsafe needs --of record');
  });

  test('the bound for a partition is the worst case of silence plus the take-over: 470 ms and, as for a freeze, 130 more', () => {
    expect(silenceP99Ms(1)).toBe(470 + TAKE_OVER_MS);
    expect(silenceP99Ms(3)).toBe(silenceP99Ms(1) + voteSpreadMs(3));
    expect(voteSpreadMs(1)).toBe(0);
    for (const kind of HANDOVER_KINDS)
      for (const { withinMs } of HANDOVERS[kind].getBounds(3)) expect(withinMs).toBeGreaterThan(0);
  });
});

describe('bars', () => {
  test.each([
    [0.05, 0],
    [1, 1],
    [1.24, 1],
    [1.25, 1.25],
    [9.99, 8],
    [10, 10],
    [31.9, 25],
    [32, 32],
    [470, 400],
    [1_000, 1_000],
  ])('%d is of size %d', (value, size) => {
    expect(sizeBelow(value)).toBe(size);
  });

  test('a row per size from the smallest to the largest without gaps; all samples counted; 80 columns', () => {
    const samples = [20, 21, 22, 26, 100, 2_500];
    const rows = bars(samples);
    expect(rows[0]).toMatch(/^ {6}20 – {4}25 {7}3 {2}█+$/);
    expect(rows.reduce((sum, row) => sum + Number(/ (\d+)(?: {2}█*)?$/.exec(row)?.[1]), 0)).toBe(
      samples.length,
    );
    expect(rows.at(-1)).toMatch(/^ {4}2500 – {2}3200/);
    expect(Math.max(...rows.map((row) => row.length))).toBe(80);
    expect(bars([])).toEqual([]);
  });
});
