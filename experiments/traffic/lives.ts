/**
 * Decides the operations of a payment of the run: none, or one refund or void, some of them with a
 * second request that must be refused or answered the same. A function of the payment's index, so
 * that a share of the payments is an exact number. Pure.
 */

/** One request for an operation. */
interface Step {
  path: 'captures' | 'voids' | 'refunds';
  /** Share of the payment's amount; absent: the whole rest. */
  share?: number;
}

export interface Life {
  isAuthorization: boolean;
  /** Groups of requests: those of a group are sent together, each group after the one before. */
  steps: readonly (readonly Step[])[];
  /** Whether the requests of a group share one key: they are one operation. */
  hasOneKey?: true;
}

const WHOLE: Step = { path: 'refunds' };
const PART: Step = { path: 'refunds', share: 0.4 };
const VOID: Step = { path: 'voids' };

const LIVES: readonly Life[] = [
  { isAuthorization: false, steps: [[WHOLE]] },
  { isAuthorization: true, steps: [[VOID]] },
  { isAuthorization: false, steps: [[PART]] },
  { isAuthorization: true, steps: [[{ path: 'captures', share: 0.7 }], [WHOLE]] },
  // Two refunds of everything: one of them must be refused.
  { isAuthorization: false, steps: [[WHOLE, WHOLE]] },
  { isAuthorization: false, steps: [[PART, PART]], hasOneKey: true },
  // A void and a capture: one of them must be refused.
  { isAuthorization: true, steps: [[VOID, { path: 'captures' }]] },
  { isAuthorization: true, steps: [[{ path: 'captures' }], [PART]] },
];

/**
 * @param percent of the payments that have a life after them.
 * @returns null: nothing follows this payment.
 */
export function chooseLife(index: number, percent: number): Life | null {
  const chosen = Math.floor(((index + 1) * percent) / 100);
  if (chosen === Math.floor((index * percent) / 100)) return null;
  return LIVES[(chosen - 1) % LIVES.length] as Life;
}
