/**
 * The end of a table: the verdict, the broken rules, the missing evidence, each objective. No line
 * is longer than a terminal is wide.
 */
import type { ExperimentResult, Objective, Violation } from '../record/result.js';
import { isShare } from './objective-figures.js';
import { percent } from './table.js';

const WIDTH = 80;
/** Number of ids shown per rule; the journal contains all of them. */
const SHOWN = 2;

export const cut = (line: string): string =>
  line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line;

export const violationLines = (violations: readonly Violation[], indent: string): string[] =>
  violations.map(({ rule, ids }) =>
    cut(
      `${indent}${rule}: ${ids.length} — ${ids.slice(0, SHOWN).join(', ')}${ids.length > SHOWN ? ', …' : ''}`,
    ),
  );

function objectiveLine({ name, target, actual, met }: Objective): string {
  const figures = isShare({ name })
    ? `${percent(actual)} of ${percent(target)}`
    : `${actual} (at least ${target})`;
  return `${met ? 'Met' : 'Missed'}: ${name}: ${figures}`;
}

export function verdictLines(
  {
    verdict,
    violations,
    objectives,
  }: Pick<ExperimentResult, 'verdict' | 'violations' | 'objectives'>,
  missing: readonly string[],
): string[] {
  return [
    `Verdict: ${verdict}`,
    ...violationLines(violations, '  '),
    ...missing.map((sentence) => cut(`  ${sentence}`)),
    ...objectives.map(objectiveLine),
  ];
}
