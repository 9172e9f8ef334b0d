/**
 * Decides the role of a replica in a partition. A pure state machine; its inputs are leadership
 * news, refused commits, requests and ticks.
 *
 * - standby: warm, processes nothing. Enters: at boot; when another replica leads; when a commit
 *   was refused (I8). Leaves: elected.
 * - leading: works the queue under one term. Enters: the leadership row names this id *and this
 *   process* (`bootId`). Leaves: a higher term, a refused commit, a request to stand down.
 * - standing-down: finishes the work in flight, fetches nothing. Enters: a request in its own term.
 *   Leaves: a higher term → standby; a request to continue, or no successor before the deadline →
 *   leading, because payments must continue.
 *
 * A term is never resumed after it was refused or superseded (I3, I8): a restarted process has
 * another `bootId`.
 */
import type { Leadership, Role } from '../../shared/contracts/leadership.js';

export interface RoleState {
  readonly id: string;
  readonly bootId: string;
  readonly role: Role;
  /** The highest term received; 0: none. */
  readonly term: number;
  /**
   * A term of this replica whose commit was refused. The term is over, even if a later message
   * still names this replica.
   */
  readonly refusedTerm: number;
  /** While standing down: when to lead again without a successor, monotonic ms. */
  readonly resumeAtMs: number | null;
}

export type RoleInput =
  /**
   * `pushed`: a monitor sends this as a current decision. Otherwise it is an echo (a ping, the row)
   * and may be arbitrarily old.
   */
  | { type: 'leadership'; leadership: Leadership; pushed: boolean }
  | { type: 'refused'; term: number }
  | { type: 'stand-down'; term: number; resumeAtMs: number }
  | { type: 'tick'; nowMs: number };

export type RoleEffect =
  /** Begin to lead this term. */
  | { type: 'begin'; term: number }
  /** Stop at once: abort all work of this term. */
  | { type: 'stop'; term: number; because: string }
  /** Fetch nothing more; finish the work in flight. */
  | { type: 'finish'; term: number }
  /** Begin this term again. */
  | { type: 'resume'; term: number };

export interface RoleStep {
  state: RoleState;
  effects: RoleEffect[];
}

export const initialRole = (id: string, bootId: string): RoleState => ({
  id,
  bootId,
  role: 'standby',
  term: 0,
  refusedTerm: 0,
  resumeAtMs: null,
});

const unchanged = (state: RoleState): RoleStep => ({ state, effects: [] });

const resume = (state: RoleState): RoleStep => ({
  state: { ...state, role: 'leading', resumeAtMs: null },
  effects: [{ type: 'resume', term: state.term }],
});

function onLeadership(
  state: RoleState,
  { term, leader, bootId }: Leadership,
  pushed: boolean,
): RoleStep {
  if (term < state.term) return unchanged(state);
  const mine =
    leader === state.id && bootId === state.bootId && term > state.refusedTerm && term > 0;
  const working = state.role !== 'standby';
  if (term === state.term && mine && pushed && state.role === 'standing-down') return resume(state);
  if (term === state.term && (working || !mine)) return unchanged(state);
  const effects: RoleEffect[] = [];
  if (working)
    effects.push({
      type: 'stop',
      term: state.term,
      because: `term ${term} belongs to ${leader ?? 'no replica'}`,
    });
  if (mine) effects.push({ type: 'begin', term });
  return {
    state: { ...state, term, role: mine ? 'leading' : 'standby', resumeAtMs: null },
    effects,
  };
}

export function stepRole(state: RoleState, input: RoleInput): RoleStep {
  switch (input.type) {
    case 'leadership':
      return onLeadership(state, input.leadership, input.pushed);
    case 'refused':
      if (state.role === 'standby' || input.term !== state.term) return unchanged(state);
      return {
        state: { ...state, role: 'standby', refusedTerm: input.term, resumeAtMs: null },
        effects: [
          {
            type: 'stop',
            term: input.term,
            because: 'a commit was refused: another replica leads',
          },
        ],
      };
    case 'stand-down':
      if (state.role === 'standby' || input.term !== state.term) return unchanged(state);
      return {
        state: { ...state, role: 'standing-down', resumeAtMs: input.resumeAtMs },
        effects: [{ type: 'finish', term: input.term }],
      };
    case 'tick':
      if (
        state.role !== 'standing-down' ||
        state.resumeAtMs === null ||
        input.nowMs < state.resumeAtMs
      )
        return unchanged(state);
      return resume(state);
  }
}
