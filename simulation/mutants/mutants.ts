/** All planted bugs, by the guard that each of them removes. */
import { CHARGE_MUTANTS } from './charge.js';
import { DELIVERY_MUTANTS } from './delivery.js';
import { ELECTION_MUTANTS } from './election.js';
import { FENCE_MUTANTS } from './fence.js';
import { JUDGEMENT_MUTANTS } from './judgement.js';
import { LIFE_MUTANTS } from './life.js';
import { ORDER_MUTANTS } from './order.js';
import { OUTCOME_MUTANTS } from './outcome.js';
import { ROLE_MUTANTS } from './role.js';
import type { Mutant } from './mutant.js';

export const MUTANTS: readonly Mutant[] = [
  ...FENCE_MUTANTS,
  ...ELECTION_MUTANTS,
  ...ROLE_MUTANTS,
  ...OUTCOME_MUTANTS,
  ...DELIVERY_MUTANTS,
  ...CHARGE_MUTANTS,
  ...LIFE_MUTANTS,
  ...ORDER_MUTANTS,
  ...JUDGEMENT_MUTANTS,
];
