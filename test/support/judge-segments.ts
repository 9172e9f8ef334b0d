/**
 * A program for the test of long runs: judges the payments of each segment, gives them to the
 * keeper of the evidence, and prints one line of JSON per segment. A process of its own, because
 * the memory of Jest would hide that of the lab. Needs `--expose-gc`; takes the number of payments
 * and the number that the keeper may keep.
 */
import { judge, type RunJudgement } from '../../experiments/checkers/checkers.js';
import { EvidenceKeeper } from '../../experiments/record/evidence-sampling.js';
import { SEGMENT_PAYMENTS } from '../../experiments/scenarios/segments.js';
import { segmentOf } from './evidence.js';

export interface JudgedSegment extends RunJudgement {
  requests: number;
  /** Memory in use after the segment was released. */
  heapMb: number;
  /** Requests kept so far. */
  kept: number;
}

async function judgeSegment(keeper: EvidenceKeeper, from: number): Promise<JudgedSegment> {
  const segment = segmentOf(from, SEGMENT_PAYMENTS);
  const judgement = judge(segment, { rested: true, deadlineMs: 1_000 });
  await keeper.add(segment, () => false);
  const kept = keeper.evidence().requests.length;
  return { ...judgement, requests: segment.requests.length, heapMb: 0, kept };
}

const [payments = 0, keptPayments = 0] = process.argv.slice(2).map(Number);
const keeper = new EvidenceKeeper({ system: 'relevo', historyPath: '/dev/null', keptPayments });
for (let from = 0; from < payments; from += SEGMENT_PAYMENTS) {
  const judged = await judgeSegment(keeper, from);
  globalThis.gc?.();
  const heapMb = process.memoryUsage().heapUsed / 2 ** 20;
  process.stdout.write(`${JSON.stringify({ ...judged, heapMb })}\n`);
}
