/** The alert that reminds of stopped payments. Pure. */
import type { AlertFacts, AlertFinding, AlertRule } from './rule.js';

const findStop = ({ status: { acceptance } }: AlertFacts): AlertFinding[] =>
  acceptance?.accepting === false
    ? [{ subject: '', text: `New payments are stopped: ${acceptance.reason}` }]
    : [];

export const ACCEPTANCE_ALERTS: readonly AlertRule[] = [
  {
    name: 'RelevoNotAccepting',
    severity: 'warning',
    expr: 'min(relevo_accepting_payments) == 0',
    summary: 'New payments are stopped',
    description:
      'An operator stopped the acceptance of new payments. Callers receive 503 until it is resumed; accepted payments are processed.',
    action: 'Resume as soon as the reason has ended: `relevo accept resume --reason REASON`.',
    find: findStop,
  },
];
