/** Keeps the first violation of a run. */
import type { Breach, RuleName } from './rule-texts.js';

/** A violation as text; null: the rule holds. */
export type CheckResult = string | null;

export class Breaches {
  first: Breach | null = null;

  require(rule: RuleName, wrong: CheckResult): void {
    if (wrong !== null) this.first ??= { rule, text: wrong };
  }
}
