/**
 * The state of a replica as a monitor shows it. `suspect` is the opinion of this monitor. `down`
 * means that a majority of the configured monitors shares it, by their last answers. The state is
 * only displayed: the database counts elections.
 */
import { hasQuorum } from './quorum.js';
import type { Observed, Opinion } from '../../shared/contracts/status.js';
import type { State } from './types.js';

/**
 * The replicas that each monitor suspects, by its last answer. A monitor that does not answer has
 * no opinion.
 */
export type Opinions = Readonly<Record<string, readonly string[]>>;

export const getSuspects = (state: State): readonly string[] =>
  state.settings.replicas.filter((id) => state.replicas[id]?.opinion === 'suspect');

export function getObserved(state: State, id: string, opinions: Opinions): Observed {
  const opinion = state.replicas[id]?.opinion ?? 'unknown';
  if (opinion !== 'suspect') return opinion;
  const { monitor, monitors } = state.settings;
  const agreeing = Object.keys(opinions).filter((other) => opinions[other]?.includes(id));
  return hasQuorum(monitors, [monitor, ...agreeing]) ? 'down' : 'suspect';
}

/** This monitor's opinion of every replica. */
export const getOpinions = (state: State): Record<string, Opinion> =>
  Object.fromEntries(
    state.settings.replicas.map((id) => [id, state.replicas[id]?.opinion ?? 'unknown']),
  );
