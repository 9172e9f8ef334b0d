/** All contestants, in the order of the help, and the selection by a user. */
import type { Contestant } from './benchmark.js';
import { LIMITS } from './limits/limits.js';
import { NAIVE } from './objectives.js';
import { peerContestant } from './peer-benchmark.js';
import { PEERS } from './peers/peers.js';
import { RELEVO_DRAINS } from './relevo/drain.js';
import { RELEVO_LIVE } from './relevo/live.js';

const isNaive = (name: string): boolean => name.startsWith('bullmq-prisma-');

const PEER_CONTESTANTS: readonly Contestant[] = PEERS.flatMap((peer) => {
  const side = isNaive(peer.name) ? 'naive' : 'tuned';
  const kinds = ['drain', 'live', ...(peer.name === NAIVE ? ['drain-20ms'] : [])] as const;
  return kinds.map((kind) => peerContestant(peer, kind as Contestant['kind'], side));
});

export const CONTESTANTS: readonly Contestant[] = [
  ...RELEVO_DRAINS,
  ...RELEVO_LIVE,
  ...PEER_CONTESTANTS,
  ...LIMITS,
];

/**
 * @param only names, separated by commas; a final `*` matches any suffix; null: all. @returns the
 *   first unknown name,
 * if any.
 */
export function chooseContestants(
  only: string | null,
  all = CONTESTANTS,
): readonly Contestant[] | { unknown: string } {
  if (only === null) return all;
  const words = only.split(',').map((word) => word.trim());
  const answers = (word: string, { name }: Contestant): boolean =>
    word.endsWith('*') ? name.startsWith(word.slice(0, -1)) : name === word;
  const unknown = words.find((word) => !all.some((contestant) => answers(word, contestant)));
  if (unknown !== undefined) return { unknown };
  return all.filter((contestant) => words.some((word) => answers(word, contestant)));
}
