/**
 * Runs of any length: segments that add up, merged judgements, and the data that remains in memory.
 */
import { describe, expect, test } from '@jest/globals';
import type { Judgement } from '../../../experiments/checkers/checkers.js';
import { EvidenceKeeper } from '../../../experiments/record/evidence-sampling.js';
import { planSchedule } from '../../../experiments/planning/planner.js';
import { habitOf } from '../../../experiments/planning/kinds.js';
import type { PlannedStrike } from '../../../experiments/run/schedule.js';
import { amounts } from '../../../experiments/scenarios/chaos.js';
import {
  cutStretches,
  stretchCount,
  STRETCH_PAYMENTS,
} from '../../../experiments/scenarios/segments.js';
import { together } from '../../../experiments/record/segment-recorder.js';
import { emptyEvidence, stretchOf } from '../../support/evidence.js';

describe('segments', () => {
  const traffic = (payments: number) => ({
    payments,
    ratePerSec: 80,
    deadlineMs: 10_000,
    patienceMs: 2_000,
  });
  const roles = ['leader', 'monitor', 'patients'];
  const plan = (payments: number): PlannedStrike[] =>
    planSchedule({
      seed: 3,
      faults: 60,
      payments,
      ratePerSec: 80,
      kinds: [{ ...habitOf('kill'), kind: 'kill', roles }],
      census: { replicas: 3, monitors: 3, patients: 2 },
    }).strikes;

  test.each([
    [1, 1],
    [STRETCH_PAYMENTS, 1],
    [STRETCH_PAYMENTS + 1, 2],
    [100_000, 5],
  ])('%i payments: %i', (payments, count) => {
    expect(stretchCount(traffic(payments))).toBe(count);
    expect(cutStretches(traffic(payments), [])).toHaveLength(count);
  });

  test('every payment and every fault is in exactly one, counted from its start', () => {
    const payments = 55_001;
    const strikes = plan(payments);
    const cut = cutStretches(traffic(payments), strikes);
    expect(cut.reduce((sum, stretch) => sum + stretch.payments, 0)).toBe(payments);
    expect(cut.flatMap((stretch) => stretch.strikes.map(({ id }) => id)).sort()).toEqual(
      strikes.map(({ id }) => id).sort(),
    );
    let before = 0;
    for (const stretch of cut) {
      for (const { id, at } of stretch.strikes) {
        const whole = strikes.find((strike) => strike.id === id)!.at;
        if (!('payment' in at) || !('payment' in whole)) throw new Error('by count');
        expect(at.payment + before).toBe(whole.payment);
        expect(at.payment < stretch.payments).toBe(true);
      }
      before += stretch.payments;
    }
  });

  test('by time and by count alike', () => {
    const strike = { id: 'a', kind: 'kill', target: 'leader', at: { ms: 300_000 }, durationMs: 1 };
    const [first, second] = cutStretches(traffic(40_000), [strike]);
    expect([first!.strikes, second!.strikes]).toEqual([[], [{ ...strike, at: { ms: 50_000 } }]]);
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
  const judgement = (rest: Partial<Judgement> = {}): Judgement => ({
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
    await all.add(stretchOf(0, 100), () => false);
    expect(all.evidence()).toEqual(stretchOf(0, 100));
    expect(all.oneIn).toBe(1);
  });

  test('a long run: every unusual payment with row and charge, and a sample of the rest with its size', async () => {
    const kept = keeper(1_000);
    for (let from = 0; from < 20_000; from += 2_000)
      await kept.add(stretchOf(from, 2_000), ({ key }) => key === `key-${from}`);
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
    await kept.add(stretchOf(0, 10), () => false);
    await kept.add({ ...stretchOf(10, 10), charges: null }, () => false);
    expect(kept.evidence().charges).toBeNull();
    await kept.add(emptyEvidence(), () => false);
    expect(kept.evidence().charges).toBeNull();
  });
});
