/** The cells of the rows that stand beside a published report, and their summary lines. Pure. */
import type { ComparedRow } from '../balancer/rows.js';
import type { ExperimentResult } from '../record/result.js';
import { formatTable } from './table.js';
import { cut } from './verdict-lines.js';

export const ROW_HEADER = ['row', 'task', 'published', 'measured', 'agrees'] as const;

export const showAgreement = ({ objective }: ComparedRow): string => {
  if (objective === null) return '–';
  return objective.met ? 'yes' : 'no';
};

export const toRowCells = (row: ComparedRow): string[] => [
  row.id,
  row.what,
  row.published,
  row.measured,
  showAgreement(row),
];

/** The rows as lines of a table in 80 columns. */
export const rowLines = (rows: readonly ComparedRow[]): string[] =>
  formatTable(ROW_HEADER, rows.map(toRowCells)).split('\n').map(cut);

/** How many rows agree, and the objectives that were missed. */
export function agreementLines(
  rows: readonly ComparedRow[],
  { objectives }: Pick<ExperimentResult, 'objectives'>,
): string[] {
  const judged = rows.filter(({ objective }) => objective !== null);
  const agree = judged.filter(({ objective }) => objective?.met);
  return [
    `Rows that agree: ${agree.length} of ${judged.length}`,
    ...objectives
      .filter(({ met }) => !met)
      .map(({ name, target, actual }) => cut(`Missed: ${name}: ${actual} (${target})`)),
  ];
}
