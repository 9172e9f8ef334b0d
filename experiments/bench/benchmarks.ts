/** All benchmarks, in the order of the help, and the selection by a user. */
import type { Benchmark } from './benchmark.js';
import { peerKills } from './kills/peer.js';
import { RELEVO_KILLS } from './kills/relevo.js';
import { LIMITS } from './limits/limits.js';
import { NAIVE } from './objectives.js';
import { peerBenchmark } from './peer-benchmark.js';
import { PEERS } from './peers/peers.js';
import { RELEVO_DRAINS } from './relevo/drain.js';
import { RELEVO_LIVE } from './relevo/live.js';
import { onStandby } from './relevo/standby.js';

const isNaive = (name: string): boolean => name.startsWith('bullmq-prisma-');

const sideOf = ({ name }: { name: string }): 'naive' | 'tuned' =>
  isNaive(name) ? 'naive' : 'tuned';

const PEER_BENCHMARKS: readonly Benchmark[] = PEERS.flatMap((peer) => {
  const kinds = ['drain', 'live', ...(peer.name === NAIVE ? ['drain-20ms'] : [])] as const;
  return kinds.map((kind) => peerBenchmark(peer, kind as Benchmark['kind'], sideOf(peer)));
});

const RELEVO: readonly Benchmark[] = [...RELEVO_DRAINS, ...RELEVO_LIVE];

export const BENCHMARKS: readonly Benchmark[] = [...RELEVO, ...PEER_BENCHMARKS, ...LIMITS];

/** Relevo on one server each, and on servers with standbys. */
export const STANDBY_BENCHMARKS: readonly Benchmark[] = RELEVO.flatMap((benchmark) => [
  benchmark,
  onStandby(benchmark),
]);

/** Relevo and its peers, whose workers are killed. */
export const KILLS_BENCHMARKS: readonly Benchmark[] = [
  RELEVO_KILLS,
  ...PEERS.map((peer) => peerKills(peer, sideOf(peer))),
];

/**
 * @param only names, separated by commas; a final `*` matches any suffix; null: all. @returns the
 *   first unknown name, if any.
 */
export function chooseBenchmarks(
  only: string | null,
  all = BENCHMARKS,
): readonly Benchmark[] | { unknown: string } {
  if (only === null) return all;
  const words = only.split(',').map((word) => word.trim());
  const answers = (word: string, { name }: Benchmark): boolean =>
    word.endsWith('*') ? name.startsWith(word.slice(0, -1)) : name === word;
  const unknown = words.find((word) => !all.some((benchmark) => answers(word, benchmark)));
  if (unknown !== undefined) return { unknown };
  return all.filter((benchmark) => words.some((word) => answers(word, benchmark)));
}
