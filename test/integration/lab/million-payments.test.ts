/**
 * A soak test of hours: the lab judges and releases a million payments segment by segment, and its
 * memory does not grow.
 */
import { expect, test } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { judge } from '../../../experiments/checkers/checkers.js';
import { EvidenceKeeper } from '../../../experiments/record/evidence-sampling.js';
import { STRETCH_PAYMENTS } from '../../../experiments/scenarios/stretches.js';
import { stretchOf } from '../../support/evidence.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const PAYMENTS = 1_000_000;
const KEPT = 60_000;

test('a million payments: the second half needs no more memory than the first, and every rule checks all of them', async () => {
  const kept = new EvidenceKeeper({
    system: 'relevo',
    historyPath: '/dev/null',
    keptPayments: KEPT,
  });
  const heapMb: number[] = [];
  for (let from = 0; from < PAYMENTS; from += STRETCH_PAYMENTS) {
    const stretch = stretchOf(from, STRETCH_PAYMENTS);
    expect(judge(stretch, { rested: true, deadlineMs: 1_000 })).toMatchObject({
      verdict: 'valid',
      violations: [],
      findings: [],
    });
    await kept.add(stretch, () => false);
    collectGarbage();
    heapMb.push(process.memoryUsage().heapUsed / 2 ** 20);
  }
  const half = heapMb.length / 2;
  expect(Math.max(...heapMb.slice(half))).toBeLessThan(Math.max(...heapMb.slice(0, half)) + 20);
  expect(kept.evidence().requests.length).toBeLessThanOrEqual(KEPT);
}, 600_000);
