/** The tables of the experiment capacity in a terminal, in 80 columns. Pure. */
import { TEXT_WIDTH, wrap } from '../../shared/arguments/wrap.js';
import { toRoundPoint, type SystemFigures } from '../capacity/figures.js';
import type { CapacityPlan, SystemRound } from '../capacity/rounds.js';
import { describeSystem } from '../capacity/systems.js';
import type { ExperimentResult } from '../record/result.js';
import { bottleneckLines, capacitySheets, errorLines } from './capacity-sheets.js';
import { formatTable, formatTenth } from './table.js';
import { cut, violationLines } from './verdict-lines.js';

const ENDS = {
  found: 'saturated',
  generator: 'at least: the generator was late',
  most: 'at least: every rate passed',
} as const;

/** One line at the end of a search. */
export function pointLine(found: SystemRound): string {
  const { round, perSec, end } = toRoundPoint(found);
  return cut(
    `Round ${round}, ${found.system}: ${formatTenth(perSec)} users/s, ${ENDS[end]} (${found.steps.length} steps)`,
  );
}

export function capacityTable(
  figures: readonly SystemFigures[],
  plan: CapacityPlan,
  { verdict, violations, objectives }: ExperimentResult,
): string {
  return [
    ...figures.flatMap(({ system }) =>
      wrap(`${system}: ${describeSystem(system, plan)}.`, TEXT_WIDTH, { indent: '  ' }),
    ),
    ...capacitySheets(figures).flatMap(({ title, header, rows }) => [
      '',
      title,
      ...formatTable(header, rows).split('\n').map(cut),
    ]),
    '',
    ...[...errorLines(figures), ...bottleneckLines(figures)].flatMap((line) =>
      wrap(line, TEXT_WIDTH, { indent: '  ' }),
    ),
    `Verdict: ${verdict}`,
    ...violationLines(violations, '  '),
    ...objectives.map(({ name, target, actual, met }) =>
      cut(`${met ? 'Met' : 'Missed'}: ${name}: ${actual} of ${target}`),
    ),
  ].join('\n');
}
