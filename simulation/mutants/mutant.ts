/**
 * A planted bug: the system with one changed rule, a plausible mistake. A mutant that no invariant
 * catches shows that the invariants, the faults or the model are too weak. Mutants exist only in
 * the simulator.
 */
import type { RuleName } from '../invariants/rule-texts.js';
import { STANDARD, type Rules } from '../rules.js';

export interface Mutant {
  readonly name: string;
  /** The bug, in a few words. */
  readonly bug: string;
  /** The invariant that must catch it. */
  readonly caughtBy: RuleName;
  readonly change: Partial<Rules>;
}

/** The system with this bug planted. */
export const withBug = ({ change }: Mutant): Rules => ({ ...STANDARD, ...change });
