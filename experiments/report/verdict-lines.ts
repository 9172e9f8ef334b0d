/** The end of a table: the verdict, what broke a rule, what was missing, each objective. No line is longer than a terminal. */
import type { ExperimentResult, Objective, Violation } from '../result.js';
import { percent } from './table.js';

const WIDTH = 80;
/** Ids shown of a rule; the journal has them all. */
const SHOWN = 2;

const cut = (line: string): string => (line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line);

export const violationLines = (violations: readonly Violation[], indent: string): string[] =>
  violations.map(({ rule, ids }) => cut(`${indent}${rule}: ${ids.length} — ${ids.slice(0, SHOWN).join(', ')}${ids.length > SHOWN ? ', …' : ''}`));

/** A share is an objective that its name calls availability; anything else is a number to be reached. */
function objectiveLine({ name, target, actual, met }: Objective): string {
  const figures = name.startsWith('availability') ? `${percent(actual)} of ${percent(target)}` : `${actual} (at least ${target})`;
  return `${met ? 'Met' : 'Missed'}: ${name}: ${figures}`;
}

export function verdictLines(
  { verdict, violations, objectives }: Pick<ExperimentResult, 'verdict' | 'violations' | 'objectives'>,
  missing: readonly string[],
): string[] {
  return [
    `Verdict: ${verdict}`,
    ...violationLines(violations, '  '),
    ...missing.map((sentence) => cut(`  ${sentence}`)),
    ...objectives.map(objectiveLine),
  ];
}
