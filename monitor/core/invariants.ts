/**
 * The invariants of the failover machine after every step. The monitor checks them at run time,
 * because a broken machine must stop.
 */
import { isUnhealthy } from './local-health.js';
import type { State } from './types.js';

type Rule = readonly [text: string, broken: (state: State, before: State, now: number) => boolean];

const isElecting = (state: State): boolean =>
  state.phase.name === 'voting' || state.phase.name === 'no-candidate';

const RULES: readonly Rule[] = [
  [
    'a known term never goes back',
    (state, before) => (state.leadership?.term ?? -1) < (before.leadership?.term ?? -1),
  ],
  [
    'a term has one leader',
    (state, before) =>
      state.leadership?.term === before.leadership?.term &&
      (state.leadership?.leader !== before.leadership?.leader ||
        state.leadership?.bootId !== before.leadership?.bootId),
  ],
  [
    'a vote is about the known term',
    (state) =>
      isElecting(state) && (state.phase as { term: number }).term !== state.leadership?.term,
  ],
  [
    'a hand-over is about the known term and has a leader',
    ({ phase, leadership }) =>
      phase.name === 'handing-over' &&
      (phase.term !== leadership?.term || leadership.leader === null),
  ],
  [
    'a promoted or watched leader was elected',
    ({ phase, leadership }) =>
      (phase.name === 'promoting' || phase.name === 'watching' || phase.name === 'confirming') &&
      !leadership?.leader,
  ],
  [
    'a suspicion names its layer, and nothing else does',
    ({ replicas }) =>
      Object.values(replicas).some(
        ({ opinion, layer }) => (opinion === 'suspect') !== (layer !== null),
      ),
  ],
  [
    'only a replica that is alive is confirmed',
    ({ replicas }) =>
      Object.values(replicas).some(
        ({ opinion, confirmingSince }) => confirmingSince !== null && opinion !== 'alive',
      ),
  ],
  [
    'a monitor in doubt does not act',
    ({ phase, health }, _before, now) => phase.name !== 'doubting' && isUnhealthy(health, now),
  ],
];

/**
 * @param before the state the step started from.
 * @throws Error that names the first broken rule.
 */
export function assertInvariants(state: State, before: State, now: number): void {
  const broken = RULES.find(([, isBroken]) => isBroken(state, before, now));
  if (broken) throw new Error(`invariant of the failover machine broken: ${broken[0]}`);
}
