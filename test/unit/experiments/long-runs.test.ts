/**
 * Runs of any length: segments that add up, merged judgements, and the data that remains in memory.
 */
import { describe, expect, test } from '@jest/globals';
import type { RunJudgement } from '../../../experiments/checkers/checkers.js';
import { EvidenceKeeper } from '../../../experiments/record/evidence-sampling.js';
import { planSchedule } from '../../../experiments/planning/planner.js';
import { getPattern } from '../../../experiments/planning/kinds.js';
import type { PlannedInjection } from '../../../experiments/planning/schedule.js';
import { amounts } from '../../../experiments/scenarios/chaos.js';
import {
  divideIntoSegments,
  segmentCount,
  SEGMENT_PAYMENTS,
} from '../../../experiments/scenarios/segments.js';
import { together } from '../../../experiments/run/segment-recorder.js';
import { emptyEvidence, segmentOf } from '../../support/evidence.js';

describe('segments', () => {
  const traffic = (payments: number) => ({
    payments,
    ratePerSec: 80,
    deadlineMs: 10_000,
    patienceMs: 2_000,
  });
  const roles = ['leader', 'monitor', 'patients'];
  const plan = (payments: number): PlannedInjection[] =>
    planSchedule({
      seed: 3,
      faults: 60,
      payments,
      ratePerSec: 80,
      kinds: [{ ...getPattern('kill'), kind: 'kill', roles }],
      partCounts: { replicas: 3, monitors: 3, patients: 2 },
    }).injections;

  test.each([
    [1, 1],
    [SEGMENT_PAYMENTS, 1],
    [SEGMENT_PAYMENTS + 1, 2],
    [100_000, 5],
  ])('%i payments: %i', (payments, count) => {
    expect(segmentCount(traffic(payments))).toBe(count);
    expect(divideIntoSegments(traffic(payments), [])).toHaveLength(count);
  });

  test('every payment and every fault is in exactly one, counted from its start', () => {
    const payments = 55_001;
    const injections = plan(payments);
    const cut = divideIntoSegments(traffic(payments), injections);
    expect(cut.reduce((sum, segment) => sum + segment.payments, 0)).toBe(payments);
    expect(cut.flatMap((segment) => segment.injections.map(({ id }) => id)).sort()).toEqual(
      injections.map(({ id }) => id).sort(),
    );
    let before = 0;
    for (const segment of cut) {
      for (const { id, at } of segment.injections) {
        const whole = injections.find((injection) => injection.id === id)!.at;
        if (!('payment' in at) || !('payment' in whole)) throw new Error('by count');
        expect(at.payment + before).toBe(whole.payment);
        expect(at.payment < segment.payments).toBe(true);
      }
      before += segment.payments;
    }
  });

  test('by time and by count alike', () => {
    const injection = {
      id: 'a',
      kind: 'kill',
      target: 'leader',
      at: { ms: 300_000 },
      durationMs: 1,
    };
    const [first, second] = divideIntoSegments(traffic(40_000), [injection]);
    expect([first!.injections, second!.injections]).toEqual([
      [],
      [{ ...injection, at: { ms: 50_000 } }],
    ]);
  });

  test('--minutes: payments by the rate, faults at the requested density', () => {
    expect(amounts({ payments: 8_000, faults: 30, minutes: 0, rate: 80 })).toEqual({
      payments: 8_000,
      faults: 30,
    });
    expect(amounts({ payments: 8_000, faults: 30, minutes: 60, rate: 80 })).toEqual({
      payments: 288_000,
      faults: 1_080,
    });
  });
});

describe('merged judgements', () => {
  const judgement = (rest: Partial<RunJudgement> = {}): RunJudgement => ({
    verdict: 'valid',
    violations: [],
    findings: [],
    missing: [],
    ...rest,
  });

  test('the worst verdict, and every id once', () => {
    const bad = judgement({ verdict: 'invalid', violations: [{ rule: 'lost', ids: ['a', 'b'] }] });
    const worse = judgement({
      verdict: 'invalid',
      violations: [{ rule: 'lost', ids: ['b', 'c'] }],
      missing: ['no ledger'],
    });
    expect(together([judgement(), bad, worse])).toEqual({
      verdict: 'invalid',
      violations: [{ rule: 'lost', ids: ['a', 'b', 'c'] }],
      findings: [],
      missing: ['no ledger'],
    });
    expect(
      together([judgement(), judgement({ verdict: 'unknown', missing: ['no ledger'] })]).verdict,
    ).toBe('unknown');
    expect(together([judgement(), judgement()]).verdict).toBe('valid');
  });
});

describe('data in memory', () => {
  const keeper = (keptPayments: number): EvidenceKeeper =>
    new EvidenceKeeper({ system: 'relevo', historyPath: '/dev/null', keptPayments });

  test('a run of usual size: all data', async () => {
    const all = new EvidenceKeeper({ system: 'relevo', historyPath: null });
    await all.add(segmentOf(0, 100), () => false);
    expect(all.evidence()).toEqual(segmentOf(0, 100));
    expect(all.oneIn).toBe(1);
  });

  test('a long run: every unusual payment with row and charge, and a sample of the rest with its size', async () => {
    const kept = keeper(1_000);
    for (let from = 0; from < 20_000; from += 2_000)
      await kept.add(segmentOf(from, 2_000), ({ key }) => key === `key-${from}`);
    const { requests, payments, charges, faults, elections } = kept.evidence();
    expect(requests.length).toBeLessThanOrEqual(1_000);
    expect(requests.length).toBeGreaterThan(100);
    for (let from = 0; from < 20_000; from += 2_000)
      expect(requests.some(({ key }) => key === `key-${from}`)).toBe(true);
    expect(payments.map(({ key }) => key)).toEqual(requests.map(({ key }) => key));
    expect(charges!.map(({ key }) => key)).toEqual(payments.map(({ id }) => id));
    expect(Math.abs(20_000 / kept.oneIn - requests.length)).toBeLessThan(200);
    expect([faults.length, elections.length]).toEqual([10, 1]);
  });

  test('without a ledger in one segment, no charges are judged', async () => {
    const kept = keeper(1_000);
    await kept.add(segmentOf(0, 10), () => false);
    await kept.add({ ...segmentOf(10, 10), charges: null }, () => false);
    expect(kept.evidence().charges).toBeNull();
    await kept.add(emptyEvidence(), () => false);
    expect(kept.evidence().charges).toBeNull();
  });
});
