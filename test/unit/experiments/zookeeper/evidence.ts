/** Evidence of measurement rounds for tests: whole rounds, one per second. */
import type { MeanEvidence } from '../../../../experiments/zookeeper/evidence.js';

/** Begin of the first round; wall clock, ms since 1970. */
export const BEGIN_MS = Date.parse('2026-01-01T00:00:00.000Z');
const DEVICES = ['device_1', 'device_2', 'device_3'];

interface Options {
  /** Rounds without a mean. */
  missed?: readonly number[];
  /** Epoch by round. Default: 7. */
  epochOf?: (round: number) => number;
}

type MutableEvidence = { -readonly [K in keyof MeanEvidence]: MeanEvidence[K][number][] };

/** Round n begins at n seconds: measured after 100 ms, computed after 200, accepted after 300. */
export function toEvidence(
  rounds: readonly number[],
  { missed = [], epochOf = () => 7 }: Options = {},
): MutableEvidence {
  const evidence: MutableEvidence = { measured: [], computed: [], accepted: [], answered: [] };
  for (const round of rounds) {
    const [atMs, epoch] = [BEGIN_MS + round * 1_000, epochOf(round)];
    const values = Object.fromEntries(DEVICES.map((device, index) => [device, round + index]));
    for (const [device, ms] of Object.entries(values))
      evidence.measured.push({ device, round, ms, payments: 0, atMs: atMs + 100 });
    if (missed.includes(round)) continue;
    const mean = round + 1;
    const common = { round, epoch };
    const device = 'device_1';
    evidence.computed.push({ ...common, device, mean, values, atMs: atMs + 200 });
    evidence.accepted.push({ ...common, mean, devices: DEVICES.length, atMs: atMs + 300 });
    evidence.answered.push({ ...common, device, isAccepted: true, atMs: atMs + 310 });
  }
  return evidence;
}
