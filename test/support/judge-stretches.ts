/**
 * A program for the test of long runs: judges the payments of each stretch, gives them to the
 * keeper of the evidence, and prints one line of JSON per stretch. A process of its own, because
 * the memory of Jest would hide that of the lab. Needs `--expose-gc`; takes the number of payments
 * and the number that the keeper may keep.
 */
import { judge, type Judgement } from '../../experiments/checkers/checkers.js';
import { EvidenceKeeper } from '../../experiments/record/evidence-sampling.js';
import { STRETCH_PAYMENTS } from '../../experiments/scenarios/stretches.js';
import { stretchOf } from './evidence.js';

export interface JudgedStretch extends Judgement {
  requests: number;
  /** Memory in use after the stretch was released. */
  heapMb: number;
  /** Requests kept so far. */
  kept: number;
}

async function judgeStretch(keeper: EvidenceKeeper, from: number): Promise<JudgedStretch> {
  const stretch = stretchOf(from, STRETCH_PAYMENTS);
  const judgement = judge(stretch, { rested: true, deadlineMs: 1_000 });
  await keeper.add(stretch, () => false);
  const kept = keeper.evidence().requests.length;
  return { ...judgement, requests: stretch.requests.length, heapMb: 0, kept };
}

const [payments = 0, keptPayments = 0] = process.argv.slice(2).map(Number);
const keeper = new EvidenceKeeper({ system: 'relevo', historyPath: '/dev/null', keptPayments });
for (let from = 0; from < payments; from += STRETCH_PAYMENTS) {
  const judged = await judgeStretch(keeper, from);
  globalThis.gc?.();
  const heapMb = process.memoryUsage().heapUsed / 2 ** 20;
  process.stdout.write(`${JSON.stringify({ ...judged, heapMb })}\n`);
}
